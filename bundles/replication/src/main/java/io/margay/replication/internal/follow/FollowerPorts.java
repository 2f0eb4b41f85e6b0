package io.margay.replication.internal.follow;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.client.RemoteClient;

/**
 * What fetchers need of the world around them.
 *
 * @param self this broker
 * @param addresses where a broker is reached; null when that is not known
 * @param client opens connections; null while there is none
 * @param blocking runs what may wait for a disk; false when it takes no more tasks now
 * @param time clock and timers
 * @param throttle slows replicas that catch up
 * @param settings the current settings
 */
record FollowerPorts(Self self, Function<BrokerId, Endpoint> addresses, Supplier<RemoteClient> client, Function<Runnable, Boolean> blocking,
    Time time, FollowerThrottle throttle, Supplier<FetchSettings> settings) {
  /**
   * This broker.
   *
   * @param id its id
   * @param epoch epoch of its registration; -1 before it is registered
   */
  record Self(BrokerId id, LongSupplier epoch) { }

  /** Clock and timers. */
  record Time(Clock clock, Scheduler scheduler) { }

  /**
   * The settings, as {@link io.margay.replication.internal.ReplicaSettings} describes them.
   *
   * @param partitionMaxBytes {@code replica.fetch.max.bytes}
   * @param maxBytes {@code replica.fetch.response.max.bytes}
   * @param minBytes {@code replica.fetch.min.bytes}
   * @param waitMaxMs {@code replica.fetch.wait.max.ms}
   * @param commitWaitMs {@code margay.replica.commit.wait.ms}
   * @param backoffMs {@code replica.fetch.backoff.ms}
   * @param timeoutMs {@code replica.socket.timeout.ms}
   */
  record FetchSettings(int partitionMaxBytes, int maxBytes, int minBytes, int waitMaxMs, int commitWaitMs, int backoffMs,
      int timeoutMs) { }
}
