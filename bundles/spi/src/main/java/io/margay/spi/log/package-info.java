/**
 * Partition logs: what Kafka means by appending, reading and cleaning, over any storage engine.
 */
@Export
@Version("3.4.0")
package io.margay.spi.log;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
