/**
 * How parts send requests: to this server, in process.
 */
@Export
@Version("1.0.0")
package io.margay.spi.client;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
