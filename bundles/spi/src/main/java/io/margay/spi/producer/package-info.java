/**
 * Produces records from within the server, for other bundles in the same framework.
 */
@Export
@Version("1.0.0")
package io.margay.spi.producer;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
