package io.margay.http.internal;

import io.margay.model.Scheduler;
import io.margay.spi.client.LocalClient;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What all exchanges share. Safe for all threads.
 *
 * @param producers the producer, by the name {@value #PRODUCER}
 * @param client sends what has a partition already
 * @param scheduler wakes exchanges that do not get on
 * @param executor where exchanges go on; takes one task of each exchange at a time
 * @param limits what bounds them
 * @param budget bytes of all of them
 * @param open those that are served now
 */
record Producing(NamedServices<Producer> producers, LocalClient client, Scheduler scheduler, Executor executor, HttpLimits limits,
    Budget budget, Set<Exchange> open) {
  static final String PRODUCER = "producer";
  private static final long BUDGET_BYTES = 8 * 1024 * 1024;

  Producing(NamedServices<Producer> producers, LocalClient client, Scheduler scheduler, Executor executor, HttpLimits limits) {
    this(producers, client, scheduler, executor, limits, new Budget(BUDGET_BYTES), ConcurrentHashMap.newKeySet());
  }
}
