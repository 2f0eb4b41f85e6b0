/**
 * Mirroring links, for the parts that show and steer them. A link fills topics of this cluster, its target, with the topics of another
 * cluster, its source.
 */
@Export
@Version("1.2.0")
package io.margay.spi.mirror;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
