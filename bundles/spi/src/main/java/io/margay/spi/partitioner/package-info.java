/**
 * Where a record goes: strategies that choose its partition on the server's side.
 *
 * <p>A strategy is an OSGi service {@link io.margay.spi.partitioner.Partitioner} with a service property {@code name}. A topic
 * names it in its setting {@code margay.partitioner}, as {@code NAME} or {@code NAME:OPTIONS}. The service keeps nothing; what a
 * topic needs to remember is in the {@link io.margay.spi.partitioner.TopicPartitioner} that it creates for it. When the service
 * goes, or the setting changes, those who use it let go of what it created and ask the next one.
 *
 * <p>Threads: services are called by any thread at any time. Arrays that are passed in are borrowed for the call and never
 * changed.
 */
@Export
@Version("1.1.0")
package io.margay.spi.partitioner;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
