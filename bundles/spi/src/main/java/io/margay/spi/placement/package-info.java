/**
 * Placers: strategies that choose the brokers for the replicas of new partitions.
 *
 * <p>A strategy is an OSGi service {@link io.margay.spi.placement.ReplicaPlacer} with a service property {@code name}; the setting
 * {@code margay.placement} chooses it. It is a pure function: no state, no clock, no randomness. Only the controller calls it, when
 * it plans a topic. The chosen brokers are written to the metadata log, so replacing a strategy moves no replicas.
 */
@Export
@Version("1.0.0")
package io.margay.spi.placement;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
