package io.margay.transactions.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the transaction coordinator. */
@DefinesSettings
public final class TransactionSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Transactions");

  /** {@code transaction.max.timeout.ms}. */
  public static final Setting<Integer> TRANSACTION_MAX_TIMEOUT_MS =
      ALL.broker(INT, "transaction.max.timeout.ms", 900_000).from(1).live()
      .doc("The longest transaction timeout in milliseconds that a producer may request. A longer one is refused with "
          + "INVALID_TRANSACTION_TIMEOUT.");
  /** {@code transactional.id.expiration.ms}. */
  public static final Setting<Integer> TRANSACTIONAL_ID_EXPIRATION_MS =
      ALL.broker(INT, "transactional.id.expiration.ms", 604_800_000).from(1).live()
      .doc("Milliseconds without use after which a transactional id is forgotten. Its producer then gets INVALID_PRODUCER_ID_MAPPING.");
  /** {@code transaction.abort.timed.out.transaction.cleanup.interval.ms}. */
  public static final Setting<Integer> TRANSACTION_ABORT_INTERVAL_MS =
      ALL.broker(INT, "transaction.abort.timed.out.transaction.cleanup.interval.ms", 10_000).from(1)
      .doc("Milliseconds between two checks for transactions that are open longer than their timeout. They are aborted, and their "
          + "producers fenced.");
  /** {@code transaction.remove.expired.transaction.cleanup.interval.ms}. */
  public static final Setting<Integer> TRANSACTION_EXPIRY_INTERVAL_MS =
      ALL.broker(INT, "transaction.remove.expired.transaction.cleanup.interval.ms", 3_600_000).from(1)
      .doc("Milliseconds between two checks for transactional ids that have expired.");
  /** {@code transaction.state.log.load.buffer.size}. */
  public static final Setting<Integer> TRANSACTION_STATE_LOG_LOAD_BUFFER_SIZE =
      ALL.broker(INT, "transaction.state.log.load.buffer.size", 5_242_880).from(1)
      .doc("Bytes that are read at a time while transactions are loaded.");
  /** {@code add.partitions.to.txn.retry.backoff.ms}. */
  public static final Setting<Integer> ADD_PARTITIONS_RETRY_BACKOFF_MS =
      ALL.broker(INT, "add.partitions.to.txn.retry.backoff.ms", 20).from(1)
      .doc("Milliseconds between two checks whether an earlier transaction of the producer has ended.");
  /** {@code add.partitions.to.txn.retry.backoff.max.ms}. */
  public static final Setting<Integer> ADD_PARTITIONS_RETRY_MAX_MS =
      ALL.broker(INT, "add.partitions.to.txn.retry.backoff.max.ms", 100).from(0)
      .doc("Milliseconds that a produce request waits at most for an earlier transaction of the producer to end.");
  /** {@code margay.transactions.memory.bytes}. */
  public static final Setting<Long> MARGAY_TRANSACTIONS_MEMORY_BYTES =
      ALL.broker(LONG, "margay.transactions.memory.bytes", -1L).from(-1).live()
      .doc("Bytes of heap, as estimated, that transactional ids and the partitions of their transactions may take on this node. -1 means "
          + "a sixteenth of the maximum heap. Beyond this limit, new transactional ids and further partitions are refused with "
          + "POLICY_VIOLATION. If a log holds more, the ids that were idle for longest are not loaded.");
  /** {@code margay.transactions.shard.memory.bytes}. */
  public static final Setting<Long> MARGAY_TRANSACTIONS_SHARD_MEMORY_BYTES =
      ALL.broker(LONG, "margay.transactions.shard.memory.bytes", -1L).from(-1).live()
      .doc("The same as margay.transactions.memory.bytes for one partition of the transaction topic. -1 means half of the node's limit.");
  /** {@code margay.transactions.id.max.length}. */
  public static final Setting<Integer> MARGAY_TRANSACTIONS_ID_MAX_LENGTH =
      ALL.broker(INT, "margay.transactions.id.max.length", 1_024).from(1).live()
      .doc("Characters of a new transactional id. A longer one is refused with INVALID_REQUEST.");
  /** {@code margay.transactions.partitions.max}. */
  public static final Setting<Integer> MARGAY_TRANSACTIONS_PARTITIONS_MAX =
      ALL.broker(INT, "margay.transactions.partitions.max", 10_000).from(1).live()
      .doc("Partitions of one transaction. More are refused with POLICY_VIOLATION.");
  /** {@code margay.transactions.ending.max}. */
  public static final Setting<Integer> MARGAY_TRANSACTIONS_ENDING_MAX =
      ALL.broker(INT, "margay.transactions.ending.max", 10_000).from(1).live()
      .doc("Transactions of this node whose markers are being written at the same time. Others wait; their producers get "
          + "CONCURRENT_TRANSACTIONS and try again.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
