/**
 * The nouns of the server and the ports through which its parts reach time and failure. Everything here is immutable or an
 * interface, but for {@link io.margay.model.LogLimit}, which counts.
 */
@Export
@Version("1.0.0")
package io.margay.model;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
