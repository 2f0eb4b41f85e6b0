package io.margay.replication.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of leaders and followers in a cluster. */
@DefinesSettings
public final class ReplicaSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Replication");
  private static final String REPLICAS = "\\*|(\\d+:\\d+(,\\d+:\\d+)*)?";
  private static final String REPLICAS_WORDS = "a list of partition:broker, or *";

  /** {@code replica.lag.time.max.ms}. */
  public static final Setting<Long> REPLICA_LAG_TIME_MAX_MS = ALL.broker(LONG, "replica.lag.time.max.ms", 30_000L).from(1).live()
      .doc("A follower leaves the ISR when it has not had everything that its leader has for this time.");
  /** {@code margay.replica.stall.ms}. */
  public static final Setting<Long> MARGAY_REPLICA_STALL_MS = ALL.broker(LONG, "margay.replica.stall.ms", 300L).from(0).live()
      .doc("A follower leaves the ISR early when a write waits for it and it has not fetched for this time although there is data for "
          + "it, if at least min.insync.replicas remain. 0 never removes it early.");
  /** {@code num.replica.fetchers}. */
  public static final Setting<Integer> NUM_REPLICA_FETCHERS = ALL.broker(INT, "num.replica.fetchers", 1).from(1)
      .doc("Connections to each leader that this broker's followers fetch over.");
  /** {@code replica.fetch.max.bytes}. */
  public static final Setting<Integer> REPLICA_FETCH_MAX_BYTES = ALL.broker(INT, "replica.fetch.max.bytes", 1_048_576).from(0).live()
      .doc("Bytes of one partition that a follower fetches at a time; one batch is always fetched, however large it is.");
  /** {@code replica.fetch.response.max.bytes}. */
  public static final Setting<Integer> REPLICA_FETCH_RESPONSE_MAX_BYTES =
      ALL.broker(INT, "replica.fetch.response.max.bytes", 10_485_760).from(0).live()
      .doc("Bytes of all partitions that a follower fetches at a time; one batch is always fetched, however large it is.");
  /** {@code replica.fetch.min.bytes}. */
  public static final Setting<Integer> REPLICA_FETCH_MIN_BYTES = ALL.broker(INT, "replica.fetch.min.bytes", 1).from(0).live()
      .doc("Bytes that a leader waits for before it answers a follower, at most for replica.fetch.wait.max.ms.");
  /** {@code replica.fetch.wait.max.ms}. */
  public static final Setting<Integer> REPLICA_FETCH_WAIT_MAX_MS = ALL.broker(INT, "replica.fetch.wait.max.ms", 500).from(0).live()
      .doc("How long a leader waits, in milliseconds, for something that a follower can fetch.");
  /** {@code replica.fetch.backoff.ms}. */
  public static final Setting<Integer> REPLICA_FETCH_BACKOFF_MS = ALL.broker(INT, "replica.fetch.backoff.ms", 1000).from(0).live()
      .doc("The longest pause of a follower, in milliseconds, after a fetch that failed. The first pauses are shorter.");
  /** {@code replica.socket.timeout.ms}. */
  public static final Setting<Integer> REPLICA_SOCKET_TIMEOUT_MS = ALL.broker(INT, "replica.socket.timeout.ms", 30_000).from(1).live()
      .doc("How long a follower waits for the answer of its leader, in milliseconds, beyond replica.fetch.wait.max.ms.");
  /** {@code margay.replica.commit.wait.ms}. */
  public static final Setting<Integer> MARGAY_REPLICA_COMMIT_WAIT_MS =
      ALL.broker(INT, "margay.replica.commit.wait.ms", 20).from(0).live()
      .doc("How long a leader waits, in milliseconds, for something to fetch while a follower has records of which it does not know "
          + "yet that they are committed. So consumers that read from followers see records soon.");
  /** {@code replica.selector.class}. */
  public static final Setting<String> REPLICA_SELECTOR_CLASS = ALL.broker(STRING, "replica.selector.class", null).live()
      .doc("org.apache.kafka.common.replica.RackAwareReplicaSelector lets consumers read from an in-sync replica in their own rack. "
          + "Unset, all read from the leader.");
  /** {@code leader.replication.throttled.rate}. */
  public static final Setting<Long> LEADER_REPLICATION_THROTTLED_RATE =
      ALL.broker(LONG, "leader.replication.throttled.rate", Long.MAX_VALUE).from(0).live()
      .doc("Bytes per second that this broker sends, as a leader, to replicas that are not in sync, of the partitions that topics list "
          + "in leader.replication.throttled.replicas.");
  /** {@code follower.replication.throttled.rate}. */
  public static final Setting<Long> FOLLOWER_REPLICATION_THROTTLED_RATE =
      ALL.broker(LONG, "follower.replication.throttled.rate", Long.MAX_VALUE).from(0).live()
      .doc("Bytes per second that this broker fetches for its replicas that have not caught up, of those that topics list in "
          + "follower.replication.throttled.replicas.");
  /** {@code leader.replication.throttled.replicas}. */
  public static final Setting<List<String>> LEADER_REPLICATION_THROTTLED_REPLICAS =
      ALL.topic(LIST, "leader.replication.throttled.replicas", List.<String>of()).matching(REPLICAS, REPLICAS_WORDS)
      .doc("Leaders that send with leader.replication.throttled.rate to replicas that are not in sync: a list of partition:broker, or "
          + "* for all.");
  /** {@code follower.replication.throttled.replicas}. */
  public static final Setting<List<String>> FOLLOWER_REPLICATION_THROTTLED_REPLICAS =
      ALL.topic(LIST, "follower.replication.throttled.replicas", List.<String>of()).matching(REPLICAS, REPLICAS_WORDS)
      .doc("Replicas that fetch with follower.replication.throttled.rate until they have caught up: a list of partition:broker, or * "
          + "for all.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
