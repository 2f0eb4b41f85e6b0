package io.margay.log.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
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
 */
record LogEnvironment(Clock clock, FaultHandler faults, Flusher flusher, LongSupplier producerExpirationMs, Executor background) { }
