package io.margay.spi.storage;

import io.margay.protocol.Records;

/**
 * Whole record batches that were read from a log.
 *
 * @param records the bytes, owned by the holder of the slice; {@link Records#EMPTY} when there was nothing to read
 * @param baseOffset base offset of the first batch; when empty, the offset that was asked for
 */
public record LogSlice(Records records, long baseOffset) {
  /**
   * @param offset the offset that was asked for
   * @return a slice without bytes
   */
  public static LogSlice empty(long offset) {
    return new LogSlice(Records.EMPTY, offset);
  }
}
