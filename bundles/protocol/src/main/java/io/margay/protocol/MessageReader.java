package io.margay.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads the primitives of the protocol from a buffer, up to a limit that is fixed at the start. It has its own position: the
 * buffer's indexes are neither used nor moved after construction, and its reference count is left alone.
 *
 * <p>Every length is checked against the bytes that are there before anything is allocated for it; all methods throw
 * {@link MalformedMessageException} when the bytes do not fit.
 *
 * <p>Lengths are written in two ways. Compact: an unsigned varint of length + 1, where 0 stands for null. Else an int16
 * (strings) or int32 (all others), where a negative value stands for null.
 */
public final class MessageReader {
  /** The most elements that an array may have. */
  public static final int MAX_ARRAY_ELEMENTS = 1_000_000;
  /** The most tagged fields that a struct may have. */
  public static final int MAX_TAGGED_FIELDS = 10_000;
  /** The most bytes that a string may have. */
  public static final int MAX_STRING_BYTES = Short.MAX_VALUE;
  /** The value of empty byte fields. */
  public static final byte[] NO_BYTES = new byte[0];

  /** Bytes of decoded message that need no {@link Memory}. */
  public static final int FREE_BYTES = 2048;

  private static final int MAX_INITIAL_CAPACITY = 1024;
  /** A string and a byte array without their contents, on a JVM with compressed pointers; likewise below. */
  private static final int STRING_BYTES = 40;
  private static final int ARRAY_BYTES = 16;
  private static final int UNKNOWN_FIELD_BYTES = 48;

  /** Grants memory for a decoded message. */
  public interface Memory {
    /**
     * @param bytes how many more are needed
     * @return whether they are granted
     */
    boolean reserve(long bytes);
  }

  private final ByteBuf buffer;
  private final int end;
  private final Memory memory;
  private long freeBytes;
  private long reservedBytes;
  private int position;

  /** Reads the bytes of {@code buffer} that are readable now. */
  public MessageReader(ByteBuf buffer) {
    this(buffer, null, Long.MAX_VALUE);
  }

  /**
   * Reads the bytes of {@code buffer} that are readable now. Asks for memory before the decoded array elements, strings and byte
   * fields take more than the first {@link #FREE_BYTES}. A decoded message may be many times larger than its bytes.
   *
   * @param buffer holds the message
   * @param memory grants the memory; when it refuses, {@link MessageMemoryException} is thrown
   */
  public MessageReader(ByteBuf buffer, Memory memory) {
    this(buffer, memory, FREE_BYTES);
  }

  private MessageReader(ByteBuf buffer, Memory memory, long freeBytes) {
    this.buffer = buffer;
    this.memory = memory;
    this.freeBytes = freeBytes;
    this.position = buffer.readerIndex();
    this.end = buffer.writerIndex();
  }

  /** Reads {@code bytes}. */
  public MessageReader(byte[] bytes) {
    this(Unpooled.wrappedBuffer(bytes));
  }

  /** The number of elements to make room for at once, so that a false count costs little. */
  public static int initialCapacity(int count) {
    return Math.min(count, MAX_INITIAL_CAPACITY);
  }

  /** The index in the buffer of the next byte to be read. */
  public int position() {
    return position;
  }

  /** The number of bytes before the limit. */
  public int remaining() {
    return end - position;
  }

  private void need(long bytes, String field) {
    freeBytes -= bytes;
    if (freeBytes < 0) {
      reserve(field);
    }
  }

  /** Asks for as much as is reserved already, so that a large message asks rarely, or else for what is needed now. */
  private void reserve(String field) {
    long needed = -freeBytes;
    long ask = Math.max(needed, reservedBytes);
    if (!memory.reserve(ask)) {
      ask = needed;
      if (needed >= reservedBytes || !memory.reserve(ask)) {
        throw new MessageMemoryException(field + " at " + position + " needs more than the " + (reservedBytes + FREE_BYTES)
            + " bytes of memory that were granted");
      }
    }
    reservedBytes += ask;
    freeBytes += ask;
  }

  private int advance(int bytes, String type) {
    int start = position;
    if (bytes > end - start) {
      throw new MalformedMessageException(type + " expected, but " + (end - start) + " bytes remain at " + start);
    }
    position = start + bytes;
    return start;
  }

  public boolean readBoolean() {
    return buffer.getByte(advance(1, "bool")) != 0;
  }

  public byte readByte() {
    return buffer.getByte(advance(1, "int8"));
  }

  public short readShort() {
    return buffer.getShort(advance(2, "int16"));
  }

  /** A uint16 as an int in [0, 65535]. */
  public int readUnsignedShort() {
    return buffer.getUnsignedShort(advance(2, "uint16"));
  }

  public int readInt() {
    return buffer.getInt(advance(4, "int32"));
  }

  /** A uint32 as a long in [0, 2^32). */
  public long readUnsignedInt() {
    return buffer.getUnsignedInt(advance(4, "uint32"));
  }

  public long readLong() {
    return buffer.getLong(advance(8, "int64"));
  }

  public double readDouble() {
    return buffer.getDouble(advance(8, "float64"));
  }

  public UUID readUuid() {
    int start = advance(16, "uuid");
    long high = buffer.getLong(start);
    long low = buffer.getLong(start + 8);
    return (high | low) == 0 ? KafkaUuid.ZERO : new UUID(high, low);
  }

  /** An unsigned varint of at most 5 bytes; its 32 bits as an int, so negative from 2^31 on. */
  public int readUnsignedVarint() {
    byte first = buffer.getByte(advance(1, "varint"));
    if (first >= 0) {
      return first;
    }
    int value = first & 0x7f;
    for (int shift = 7; shift <= 28; shift += 7) {
      byte next = buffer.getByte(advance(1, "varint"));
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new MalformedMessageException("varint of at most 5 bytes expected before " + position);
  }

  /** A zigzag encoded varint of at most 5 bytes. */
  public int readVarint() {
    int value = readUnsignedVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A zigzag encoded varint of at most 10 bytes. */
  public long readVarlong() {
    long value = 0;
    for (int shift = 0; shift <= 63; shift += 7) {
      byte next = buffer.getByte(advance(1, "varlong"));
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new MalformedMessageException("varlong of at most 10 bytes expected before " + position);
  }

  private int checkLength(int length, boolean nullable, int most, String field) {
    if (length < 0) {
      if (length == -1 && nullable) {
        return -1;
      }
      throw new MalformedMessageException(field + (length == -1 ? " is null, but must not be" : " has length " + length));
    }
    if (length > most || length > end - position) {
      throw new MalformedMessageException(
          field + " has length " + length + ", but at most " + Math.min(most, end - position) + " are possible at " + position);
    }
    return length;
  }

  private int readLength(boolean compact, boolean nullable, int most, String field) {
    int length;
    if (compact) {
      int plusOne = readUnsignedVarint();
      length = plusOne < 0 ? Integer.MIN_VALUE : plusOne - 1;
    } else {
      length = Math.max(readInt(), -1);
    }
    return checkLength(length, nullable, most, field);
  }

  /** A UTF-8 string; null only if {@code nullable}. */
  public String readString(boolean compact, boolean nullable, String field) {
    int length = compact
        ? readLength(true, nullable, MAX_STRING_BYTES, field)
        : checkLength(Math.max(readShort(), -1), nullable, MAX_STRING_BYTES, field);
    if (length <= 0) {
      return length < 0 ? null : "";
    }
    need(STRING_BYTES + length, field);
    int start = position;
    position = start + length;
    return buffer.toString(start, length, StandardCharsets.UTF_8);
  }

  /** A copy of a byte field; null only if {@code nullable}. */
  public byte[] readBytes(boolean compact, boolean nullable, String field) {
    int length = readLength(compact, nullable, Integer.MAX_VALUE, field);
    if (length < 0) {
      return null;
    }
    need(ARRAY_BYTES + length, field);
    return copy(length);
  }

  private byte[] copy(int length) {
    int start = position;
    position = start + length;
    return length == 0 ? NO_BYTES : ByteBufUtil.getBytes(buffer, start, length, true);
  }

  /** Record batches as a view of the buffer, valid as long as that; null only if {@code nullable}. */
  public Records readRecords(boolean compact, boolean nullable, String field) {
    int length = readLength(compact, nullable, Integer.MAX_VALUE, field);
    if (length < 0) {
      return null;
    }
    int start = position;
    position = start + length;
    return length == 0 ? Records.EMPTY : BufferRecords.viewOfSlice(buffer.slice(start, length));
  }

  /**
   * The number of elements of an array, each of which has at least one byte; -1 for null, only if {@code nullable}.
   *
   * @param elementBytes the memory that one element takes, without the strings, bytes and arrays in it
   */
  public int readArrayCount(boolean compact, boolean nullable, int elementBytes, String field) {
    int count = readLength(compact, nullable, MAX_ARRAY_ELEMENTS, field);
    if (count > 0) {
      need((long) count * elementBytes, field);
    }
    return count;
  }

  /** The number of fields in a tagged section. */
  public int readTaggedFieldCount() {
    int count = readUnsignedVarint();
    // Each has at least a tag and a size.
    int most = Math.min(MAX_TAGGED_FIELDS, (end - position) / 2);
    if (count < 0 || count > most) {
      throw new MalformedMessageException("at most " + most + " tagged fields expected, not " + count + " at " + position);
    }
    return count;
  }

  /** Reads the size of a tagged field, and gives the position where its value ends. */
  public int readTaggedFieldEnd() {
    int size = readUnsignedVarint();
    if (size < 0 || size > end - position) {
      throw new MalformedMessageException(
          "tagged field has size " + size + ", but " + (end - position) + " bytes remain at " + position);
    }
    return position + size;
  }

  /** Checks that the value of a tagged field ended where its size says. */
  public void endTaggedField(int expectedEnd, String field) {
    if (position != expectedEnd) {
      throw new MalformedMessageException(field + " expected to end at " + expectedEnd + ", not at " + position);
    }
  }

  /** Adds the field that ends at {@code fieldEnd} to {@code fields}, which is made if it is null. */
  public List<UnknownTaggedField> readUnknownTaggedField(List<UnknownTaggedField> fields, int tag, int fieldEnd) {
    List<UnknownTaggedField> result = fields == null ? new ArrayList<>(2) : fields;
    need(UNKNOWN_FIELD_BYTES + (fieldEnd - position), "unknown tagged field");
    result.add(new UnknownTaggedField(tag, copy(fieldEnd - position)));
    return result;
  }
}
