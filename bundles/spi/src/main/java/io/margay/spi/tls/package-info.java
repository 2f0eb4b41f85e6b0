/**
 * Keys and certificates, as the settings of a listener or of a link name them. A library: listeners and clients read them in the same way.
 */
@Export
@Version("1.3.0")
package io.margay.spi.tls;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
