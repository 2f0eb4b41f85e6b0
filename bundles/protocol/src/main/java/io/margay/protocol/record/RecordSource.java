package io.margay.protocol.record;

/**
 * Uncompressed bytes of records, read forward. Positions count from the first byte of the first record. Reads never go
 * beyond {@link #limit}, which encloses the record that is being read. Invariant: {@code position <= limit}.
 */
abstract class RecordSource {
  /** No limit but the end of the data. */
  static final long NO_LIMIT = Long.MAX_VALUE;

  protected long position;
  protected long limit = NO_LIMIT;

  final long position() {
    return position;
  }

  /** Forbids reads at or after this position. */
  final void limit(long limit) {
    this.limit = limit;
  }

  /** Upper bound of the bytes that may follow the position: what the range, or the allowance for decompressed bytes, leaves. */
  abstract long remaining();

  /** The next byte; a {@link CorruptRecordException} at the end. */
  abstract byte readByte();

  /** Passes over {@code count} bytes, at least 0. */
  abstract void skip(int count);

  /** True if no byte follows. */
  abstract boolean isExhausted();

  final int readVarint() {
    byte first = readByte();
    if (first >= 0) {
      return Varint.zigZagDecode(first);
    }
    int value = first & 0x7f;
    for (int shift = 7; shift <= 28; shift += 7) {
      byte b = readByte();
      if (shift == 28 && (b & 0xf0) != 0) {
        break;
      }
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return Varint.zigZagDecode(value);
      }
    }
    throw Varint.overflow(32);
  }

  final long readVarlong() {
    long value = 0;
    for (int shift = 0; shift <= 63; shift += 7) {
      byte b = readByte();
      if (shift == 63 && (b & 0xfe) != 0) {
        break;
      }
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return Varint.zigZagDecode(value);
      }
    }
    throw Varint.overflow(64);
  }

  final CorruptRecordException pastLimit(String what) {
    return new CorruptRecordException("record ends at position " + limit + ", inside " + what + " at position " + position);
  }

  final CorruptRecordException cutOff() {
    return new CorruptRecordException("records are cut off at position " + position);
  }
}
