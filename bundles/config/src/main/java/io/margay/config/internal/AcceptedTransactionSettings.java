package io.margay.config.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of transactions that do nothing here. */
final class AcceptedTransactionSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Transactions, without effect");

  /** {@code transaction.max.timeout.ms}. */
  public static final Setting<Integer> TRANSACTION_MAX_TIMEOUT_MS = ALL.broker(INT, "transaction.max.timeout.ms", 900_000)
      .from(1).live().inert()
      .doc("The longest transaction timeout in milliseconds that a producer may request.");
  /** {@code transactional.id.expiration.ms}. */
  public static final Setting<Integer> TRANSACTIONAL_ID_EXPIRATION_MS =
      ALL.broker(INT, "transactional.id.expiration.ms", 604_800_000).from(1).live()
      .inert().doc("Milliseconds without use after which a transactional id expires.");
  /** {@code transaction.abort.timed.out.transaction.cleanup.interval.ms}. */
  public static final Setting<Integer> TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS =
      ALL.broker(INT, "transaction.abort.timed.out.transaction.cleanup.interval.ms", 10_000).from(1).inert()
      .doc("Milliseconds between two checks for transactions that have timed out.");
  /** {@code transaction.remove.expired.transaction.cleanup.interval.ms}. */
  public static final Setting<Integer> TRANSACTION_REMOVE_EXPIRED_TRANSACTION_CLEANUP_INTERVAL_MS =
      ALL.broker(INT, "transaction.remove.expired.transaction.cleanup.interval.ms", 3_600_000).from(1).inert()
      .doc("Milliseconds between two checks for transactional ids that have expired.");
  /** {@code transaction.state.log.min.isr}. */
  public static final Setting<Integer> TRANSACTION_STATE_LOG_MIN_ISR = ALL.broker(INT, "transaction.state.log.min.isr", 2)
      .from(1).inert()
      .doc("In-sync replicas that a write to the transaction topic needs; at most its number of replicas.");
  /** {@code transaction.state.log.segment.bytes}. */
  public static final Setting<Integer> TRANSACTION_STATE_LOG_SEGMENT_BYTES =
      ALL.broker(INT, "transaction.state.log.segment.bytes", 104_857_600).from(1).inert()
      .doc("Size in bytes of a segment of the transaction topic.");
  /** {@code transaction.state.log.load.buffer.size}. */
  public static final Setting<Integer> TRANSACTION_STATE_LOG_LOAD_BUFFER_SIZE =
      ALL.broker(INT, "transaction.state.log.load.buffer.size", 5_242_880).from(1).inert()
      .doc("Bytes that are read at a time while transactions are loaded.");
  /** {@code transaction.partition.verification.enable}. */
  public static final Setting<Boolean> TRANSACTION_PARTITION_VERIFICATION_ENABLE =
      ALL.broker(BOOLEAN, "transaction.partition.verification.enable", true).live().inert()
      .doc("Whether a transactional write is refused if its partition was not added to an open transaction.");
  /** {@code transaction.two.phase.commit.enable}. */
  public static final Setting<Boolean> TRANSACTION_TWO_PHASE_COMMIT_ENABLE =
      ALL.broker(BOOLEAN, "transaction.two.phase.commit.enable", false).inert()
      .doc("Whether producers may prepare transactions for an external coordinator.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
