/**
 * The runtime of event-sourced shards. A shard is the state that one partition of an internal topic holds: groups in
 * {@code __consumer_offsets}, transactions in {@code __transaction_state}. Its records, replayed in order, are its state.
 *
 * <p>Terms: an <em>operation</em> is a function {@code (state, now) -> Result(records, response)} without I/O, clock or thread;
 * the runtime appends the records as one batch, replays them, and <em>parks</em> the response until they are committed.
 *
 * <p>Threads: one operation runs on a shard at a time, on its caller's thread; different shards run side by side. Responses are
 * completed when the shard is no longer held, so that what they trigger may use another shard.
 *
 * <p>Errors: expected ones are {@link io.margay.coordinator.CoordinatorException}s with Kafka's code. Everything that is parked
 * completes, at the latest when the shard is unloaded or the runtime closed, also when an {@link java.lang.Error} is thrown.
 */
@Export
@Version("3.4.0")
package io.margay.coordinator;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
