package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;

/**
 * Variable-length integers: seven bits a byte, least significant group first, the high bit says that more follow. Signed values
 * are zigzag encoded first. Readers use and move the reader index; they refuse values that overflow their width or that
 * the readable bytes cut off with {@link CorruptRecordException}.
 */
public final class Varint {
  /** Most bytes of a 32 bit value. */
  public static final int MAX_VARINT_SIZE = 5;
  /** Most bytes of a 64 bit value. */
  public static final int MAX_VARLONG_SIZE = 10;

  private Varint() {
  }

  /** Reads an unsigned 32 bit value; a result above {@link Integer#MAX_VALUE} comes back negative. */
  public static int readUnsignedVarint(ByteBuf in) {
    int value = 0;
    for (int shift = 0; shift <= 28; shift += 7) {
      byte b = readByte(in);
      if (shift == 28 && (b & 0xf0) != 0) {
        break;
      }
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw overflow(32);
  }

  /** Reads an unsigned 64 bit value; a result above {@link Long#MAX_VALUE} comes back negative. */
  public static long readUnsignedVarlong(ByteBuf in) {
    long value = 0;
    for (int shift = 0; shift <= 63; shift += 7) {
      byte b = readByte(in);
      if (shift == 63 && (b & 0xfe) != 0) {
        break;
      }
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw overflow(64);
  }

  /** Reads a zigzag encoded 32 bit value. */
  public static int readVarint(ByteBuf in) {
    return zigZagDecode(readUnsignedVarint(in));
  }

  /** Reads a zigzag encoded 64 bit value. */
  public static long readVarlong(ByteBuf in) {
    return zigZagDecode(readUnsignedVarlong(in));
  }

  /** Writes the value as unsigned 32 bit. */
  public static void writeUnsignedVarint(ByteBuf out, int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      out.writeByte(rest | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  /** Writes the value as unsigned 64 bit. */
  public static void writeUnsignedVarlong(ByteBuf out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.writeByte((int) rest | 0x80);
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  /** Writes a zigzag encoded 32 bit value. */
  public static void writeVarint(ByteBuf out, int value) {
    writeUnsignedVarint(out, zigZagEncode(value));
  }

  /** Writes a zigzag encoded 64 bit value. */
  public static void writeVarlong(ByteBuf out, long value) {
    writeUnsignedVarlong(out, zigZagEncode(value));
  }

  /** Bytes that {@link #writeUnsignedVarint} takes. */
  public static int sizeOfUnsignedVarint(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  /** Bytes that {@link #writeUnsignedVarlong} takes. */
  public static int sizeOfUnsignedVarlong(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  /** Bytes that {@link #writeVarint} takes. */
  public static int sizeOfVarint(int value) {
    return sizeOfUnsignedVarint(zigZagEncode(value));
  }

  /** Bytes that {@link #writeVarlong} takes. */
  public static int sizeOfVarlong(long value) {
    return sizeOfUnsignedVarlong(zigZagEncode(value));
  }

  static int zigZagDecode(int value) {
    return (value >>> 1) ^ -(value & 1);
  }

  static long zigZagDecode(long value) {
    return (value >>> 1) ^ -(value & 1);
  }

  private static int zigZagEncode(int value) {
    return (value << 1) ^ (value >> 31);
  }

  private static long zigZagEncode(long value) {
    return (value << 1) ^ (value >> 63);
  }

  private static byte readByte(ByteBuf in) {
    if (!in.isReadable()) {
      throw new CorruptRecordException("varint is cut off at index " + in.readerIndex());
    }
    return in.readByte();
  }

  static CorruptRecordException overflow(int bits) {
    return new CorruptRecordException("varint is longer than " + bits + " bits allow");
  }
}
