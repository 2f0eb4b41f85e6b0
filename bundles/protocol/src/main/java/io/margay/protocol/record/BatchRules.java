package io.margay.protocol.record;

import java.util.Objects;

/**
 * What {@link BatchValidator} demands of a batch. Immutable; make one per topic configuration and keep it.
 *
 * @param origin who sent the batch
 * @param requireKeys refuse records without a key, as compacted topics do; implies the walk through compressed records
 * @param deep also decompress and walk the records of compressed batches
 * @param limits the limits of a batch
 * @param timestampBeforeMaxMs how far a create time may be before now; {@link Long#MAX_VALUE} is no limit
 * @param timestampAfterMaxMs how far a create time may be after now; {@link Long#MAX_VALUE} is no limit
 */
public record BatchRules(Origin origin, boolean requireKeys, boolean deep, Limits limits, long timestampBeforeMaxMs,
    long timestampAfterMaxMs) {

  /** Who sent a batch. */
  public enum Origin {
    /** A producer: one batch from offset 0 without gaps, no control records, create time. */
    CLIENT,
    /** The broker itself: as a client, but any base offset, control records and log append time are fine. */
    COORDINATOR,
    /** Another broker's log: compaction may have left gaps or nothing at all. */
    REPLICATION
  }

  /**
   * The limits of a batch, and of the errors about it.
   *
   * @param maxDecompressedBytes most bytes to which the records of a compressed batch may decompress; above 0
   * @param maxRecordBytes most bytes of one record of a compressed batch; above 0
   * @param maxFaults most records that an error names; above 0
   */
  public record Limits(long maxDecompressedBytes, int maxRecordBytes, int maxFaults) {
    public Limits {
      if (maxDecompressedBytes <= 0 || maxRecordBytes <= 0 || maxFaults <= 0) {
        throw new IllegalArgumentException("limits must be positive: maxDecompressedBytes=" + maxDecompressedBytes
            + " maxRecordBytes=" + maxRecordBytes + " maxFaults=" + maxFaults);
      }
    }
  }

  public BatchRules {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(limits, "limits");
    if (timestampBeforeMaxMs < 0 || timestampAfterMaxMs < 0) {
      throw new IllegalArgumentException("limits must not be negative: timestampBeforeMaxMs=" + timestampBeforeMaxMs
          + " timestampAfterMaxMs=" + timestampAfterMaxMs);
    }
  }

  /** Rules without keys, deep walk or timestamp limits. */
  public static BatchRules of(Origin origin, Limits limits) {
    return new BatchRules(origin, false, false, limits, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  public BatchRules withRequireKeys(boolean value) {
    return new BatchRules(origin, value, deep, limits, timestampBeforeMaxMs, timestampAfterMaxMs);
  }

  public BatchRules withDeep(boolean value) {
    return new BatchRules(origin, requireKeys, value, limits, timestampBeforeMaxMs, timestampAfterMaxMs);
  }

  public BatchRules withTimestampLimits(long beforeMaxMs, long afterMaxMs) {
    return new BatchRules(origin, requireKeys, deep, limits, beforeMaxMs, afterMaxMs);
  }
}
