/**
 * The metadata log: commands in one order for all brokers, applied by a deterministic state machine.
 */
@Export
@Version("3.0.0")
package io.margay.spi.consensus;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
