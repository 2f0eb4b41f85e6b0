/**
 * Partitioners: strategies that choose the partition of a record on the server's side.
 *
 * <p>A strategy is an OSGi service {@link io.margay.spi.partitioner.Partitioner} with a service property {@code name}. A topic
 * names it in its setting {@code margay.partitioner}, as {@code NAME} or {@code NAME:OPTIONS}. The service keeps no state; the
 * state for a topic is in the {@link io.margay.spi.partitioner.TopicPartitioner} that the service creates. When the service is
 * unregistered, or the setting changes, callers drop that object and ask the next service for a new one.
 *
 * <p>Threads: services are called by any thread at any time. Arrays that are passed in are borrowed for the call and never
 * changed.
 */
@Export
@Version("1.1.0")
package io.margay.spi.partitioner;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
