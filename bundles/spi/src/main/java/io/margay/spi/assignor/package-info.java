/**
 * Assignors: strategies that distribute the partitions of topics, or the tasks of streams applications, among the members of a group.
 *
 * <p>A strategy is an OSGi service {@link io.margay.spi.assignor.Assignor} or {@link io.margay.spi.assignor.TaskAssignor} with a service
 * property {@code name}. It is a pure function: no state, no clock, no randomness. The coordinator calls it on its own thread and checks what it returns.
 */
@Export
@Version("1.1.0")
package io.margay.spi.assignor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
