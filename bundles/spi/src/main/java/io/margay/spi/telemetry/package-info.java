/**
 * Who gets the metrics that clients push (KIP-714). Without a {@link io.margay.spi.telemetry.ClientMetricsReceiver}, clients are not asked
 * for any. A receiver may come, be updated and leave while clients are connected: what they push meanwhile is refused, and they push again
 * at the next interval.
 */
@Export
@Version("1.0.0")
package io.margay.spi.telemetry;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
