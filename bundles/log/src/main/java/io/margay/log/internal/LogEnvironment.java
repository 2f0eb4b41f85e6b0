package io.margay.log.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.protocol.record.RecordScratchPool;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What all logs of a broker share.
 *
 * @param clock the time
 * @param faults told when a log goes offline
 * @param flusher forces logs to stable storage on threads of its own
 * @param producerExpirationMs {@code producer.id.expiration.ms}, as it is now
 * @param background runs what an append leaves to be done, one after the other
 * @param scratches memory to decompress with
 * @param producerLimits how many producers logs may know
 */
record LogEnvironment(Clock clock, FaultHandler faults, Flusher flusher, LongSupplier producerExpirationMs, Executor background,
    RecordScratchPool scratches, ProducerLimits producerLimits) { }
