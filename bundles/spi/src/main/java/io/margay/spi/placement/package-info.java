/**
 * Where replicas lie: strategies that choose the brokers of new partitions.
 *
 * <p>A strategy is an OSGi service {@link io.margay.spi.placement.ReplicaPlacer} with a service property {@code name}; the
 * setting {@code margay.placement} chooses it. It is a pure function: no state, no clock, no chance. Only the controller that
 * plans a topic calls it; the brokers that it chose are what is written to the metadata log, so replacing a strategy moves
 * nothing.
 */
@Export
@Version("1.0.0")
package io.margay.spi.placement;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
