/**
 * What the cluster has agreed on, as one immutable {@link io.margay.metadata.ClusterImage}. The controller creates a new image for
 * each batch of applied commands and passes (delta, image) to every {@link io.margay.metadata.MetadataPublisher}, in order. All
 * collections are unmodifiable.
 */
@Export
@Version("3.6.0")
package io.margay.metadata;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
