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
 * @param faults notified when a log goes offline
 * @param flusher forces logs to stable storage on threads of its own
 * @param producerExpirationMs the current {@code producer.id.expiration.ms}
 * @param background runs the work that an append leaves to be done, one task after another
 * @param scratches memory for decompression
 * @param producerLimits how many producers logs may know
 */
record LogEnvironment(Clock clock, FaultHandler faults, Flusher flusher, LongSupplier producerExpirationMs, Executor background,
    RecordScratchPool scratches, ProducerLimits producerLimits) { }
