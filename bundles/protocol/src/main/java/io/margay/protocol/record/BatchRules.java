package io.margay.protocol.record;

import java.util.Objects;

/**
 * What {@link BatchValidator} demands of a batch. Immutable; make one per topic configuration and keep it.
 *
 * @param origin who sent the batch
 * @param requireKeys refuse records without a key, as compacted topics do; implies the walk through compressed records
 * @param deep also decompress and walk the records of compressed batches
 * @param maxDecompressedBytes most bytes to which the records of a batch may decompress; above 0
 * @param timestampBeforeMaxMs how far a create time may lie before now; {@link Long#MAX_VALUE} is no limit
 * @param timestampAfterMaxMs how far a create time may lie after now; {@link Long#MAX_VALUE} is no limit
 */
public record BatchRules(Origin origin, boolean requireKeys, boolean deep, long maxDecompressedBytes,
    long timestampBeforeMaxMs, long timestampAfterMaxMs) {

  /** Who sent a batch. */
  public enum Origin {
    /** A producer: one batch from offset 0 without gaps, no control records, create time. */
    CLIENT,
    /** The broker itself: as a client, but any base offset, control records and log append time are fine. */
    COORDINATOR,
    /** Another broker's log: compaction may have left gaps or nothing at all. */
    REPLICATION
  }

  public BatchRules {
    Objects.requireNonNull(origin, "origin");
    if (maxDecompressedBytes <= 0 || timestampBeforeMaxMs < 0 || timestampAfterMaxMs < 0) {
      throw new IllegalArgumentException("limits must not be negative: maxDecompressedBytes=" + maxDecompressedBytes
          + " timestampBeforeMaxMs=" + timestampBeforeMaxMs + " timestampAfterMaxMs=" + timestampAfterMaxMs);
    }
  }

  /** Rules without keys, deep walk or timestamp limits. */
  public static BatchRules of(Origin origin, long maxDecompressedBytes) {
    return new BatchRules(origin, false, false, maxDecompressedBytes, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  public BatchRules withRequireKeys(boolean value) {
    return new BatchRules(origin, value, deep, maxDecompressedBytes, timestampBeforeMaxMs, timestampAfterMaxMs);
  }

  public BatchRules withDeep(boolean value) {
    return new BatchRules(origin, requireKeys, value, maxDecompressedBytes, timestampBeforeMaxMs, timestampAfterMaxMs);
  }

  public BatchRules withTimestampLimits(long beforeMaxMs, long afterMaxMs) {
    return new BatchRules(origin, requireKeys, deep, maxDecompressedBytes, beforeMaxMs, afterMaxMs);
  }
}
