package io.margay.replication.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of replicas and of the requests that read and write them. */
@DefinesSettings
public final class ReplicationSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Replicas and fetches");

  /** {@code num.io.threads}. */
  public static final Setting<Integer> NUM_IO_THREADS = ALL.broker(INT, "num.io.threads", 8).from(1).live()
      .doc("Threads for operations that may block, such as reads of records that are not in memory.");
  /** {@code fetch.max.bytes}. */
  public static final Setting<Integer> FETCH_MAX_BYTES = ALL.broker(INT, "fetch.max.bytes", 57_671_680).from(1024).live()
      .doc("Largest size in bytes of the records in one Fetch response, even if the consumer asks for more.");
  /** {@code max.incremental.fetch.session.cache.slots}. */
  public static final Setting<Integer> MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS =
      ALL.broker(INT, "max.incremental.fetch.session.cache.slots", 1000)
      .from(0)
      .doc("Fetch sessions that are kept at a time. A client without a session lists all its partitions in each request.");
  /** {@code num.recovery.threads.per.data.dir}. */
  public static final Setting<Integer> NUM_RECOVERY_THREADS_PER_DATA_DIR =
      ALL.broker(INT, "num.recovery.threads.per.data.dir", 2).from(1).live()
      .doc("Threads per log directory that open and recover logs.");
  /** {@code margay.fetch.session.cache.bytes}. */
  public static final Setting<Long> MARGAY_FETCH_SESSION_CACHE_BYTES =
      ALL.broker(LONG, "margay.fetch.session.cache.bytes", 16_777_216L).from(0).live()
      .doc("Bytes of heap for all fetch sessions, about 90 per partition of a session. A client without a session lists all its "
          + "partitions in each request.");
  /** {@code margay.fetch.session.max.partitions}. */
  public static final Setting<Integer> MARGAY_FETCH_SESSION_MAX_PARTITIONS =
      ALL.broker(INT, "margay.fetch.session.max.partitions", 50_000).from(0).live()
      .doc("Partitions of one fetch session. A client that fetches more gets no session.");
  /** {@code margay.max.partitions.open}. */
  public static final Setting<Integer> MARGAY_MAX_PARTITIONS_OPEN = ALL.broker(INT, "margay.max.partitions.open", -1).from(-1).live()
      .doc("Replicas that this broker opens, including those of older data. Further replicas stay closed, and their clients "
          + "retry. -1 derives it from the maximum heap, with twice the share of margay.max.partitions.per.broker.");
  /** {@code transaction.partition.verification.enable}. */
  public static final Setting<Boolean> TRANSACTION_PARTITION_VERIFICATION_ENABLE =
      ALL.broker(BOOLEAN, "transaction.partition.verification.enable", true).live()
      .doc("Whether the first batch of a transaction in a partition is refused unless the coordinator knows that the partition belongs to "
          + "the transaction. Without it, a late batch of an old client can hold back read_committed readers until an administrator "
          + "aborts its transaction. Clients with transactions v2 are always checked.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
