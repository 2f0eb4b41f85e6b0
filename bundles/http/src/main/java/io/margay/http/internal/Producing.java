package io.margay.http.internal;

import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.spi.client.LocalClient;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What all exchanges share. Safe for all threads.
 *
 * @param producers the producer, by the name {@value #PRODUCER}
 * @param clients what sends records that already have a partition, by the name {@value #CLIENT}
 * @param scheduler wakes exchanges that make no progress
 * @param limits the limits of exchanges
 * @param budget the bytes of all exchanges
 * @param open the exchanges that are being served
 * @param lines limits log lines that clients can cause
 */
record Producing(NamedServices<Producer> producers, NamedServices<LocalClient> clients, Scheduler scheduler, HttpLimits limits, Budget budget,
    Set<Exchange> open, LineLimit lines) {
  static final String PRODUCER = "producer";
  static final String CLIENT = "client";
  private static final long BUDGET_BYTES = 8 * 1024 * 1024;

  Producing(NamedServices<Producer> producers, NamedServices<LocalClient> clients, Scheduler scheduler, HttpLimits limits, LineLimit lines) {
    this(producers, clients, scheduler, limits, new Budget(BUDGET_BYTES), ConcurrentHashMap.newKeySet(), lines);
  }
}
