/**
 * The partitions that this broker leads, for the parts that keep their state in one (groups, transactions) or show them.
 */
@Export
@Version("2.3.0")
package io.margay.spi.partition;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
