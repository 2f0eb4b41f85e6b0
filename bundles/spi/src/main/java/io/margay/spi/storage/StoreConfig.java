package io.margay.spi.storage;

/**
 * How a log is divided into segments and indexed; may be changed while it is open.
 *
 * @param segmentBytes a segment is rolled before it would exceed this size, in bytes
 * @param indexIntervalBytes bytes between two entries of a sparse index
 * @param indexMaxBytes size of an index, in bytes, at which its segment is rolled
 * @param preallocate whether files get their full size in advance
 */
public record StoreConfig(int segmentBytes, int indexIntervalBytes, int indexMaxBytes, boolean preallocate) {
  /** Kafka's defaults. */
  public static final StoreConfig DEFAULT = new StoreConfig(1 << 30, 4096, 10 << 20, false);
}
