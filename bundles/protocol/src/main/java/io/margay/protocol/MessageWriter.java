package io.margay.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Writes the primitives of the protocol in one pass. All bytes go to one buffer that grows, except large or file-backed records,
 * which are placed by reference between them; {@link #finish()} gives the parts in order.
 *
 * <p>Life cycle: write, then either {@link #finish()} once, or {@link #release()} after an error; nothing afterwards.
 *
 * <p>Ownership: the writer owns its buffer, and takes over each {@link Records} that is written: copied ones are released at
 * once, others become parts. After an exception the records that were not reached still belong to the caller.
 *
 * <p>Lengths are written as {@link MessageReader} reads them.
 */
public final class MessageWriter {
  /** Records in a buffer are copied up to this size, and placed by reference above it. */
  public static final int MAX_COPIED_RECORDS_BYTES = 8 * 1024;

  private static final int INITIAL_CAPACITY = 256;
  /** Strings of at most so many characters have a compact length of one byte: up to 3 bytes for each character. */
  private static final int SHORT_STRING_CHARS = 42;

  private final ByteBuf buffer;
  private final int start;
  private final boolean copyAll;
  private List<Reference> references;
  private int referencedBytes;
  /** How many records were taken over. */
  private int recordsTaken;
  private int taggedDepth;

  /** A reference stands before the byte {@code index} of the buffer. */
  private record Reference(int index, Object part) {
  }

  /** Writes to a new buffer of {@code allocator}. */
  public MessageWriter(ByteBufAllocator allocator) {
    this(allocator.buffer(INITIAL_CAPACITY));
  }

  /** Takes over {@code buffer} and appends to it; the parts begin with what is appended. */
  public MessageWriter(ByteBuf buffer) {
    this(buffer, false);
  }

  private MessageWriter(ByteBuf buffer, boolean copyAll) {
    this.buffer = buffer;
    this.start = buffer.writerIndex();
    this.copyAll = copyAll;
  }

  /** As {@link #MessageWriter(ByteBuf)}, but copies all records too, so that there is one part. */
  public static MessageWriter copying(ByteBuf buffer) {
    return new MessageWriter(buffer, true);
  }

  /** The number of bytes written so far, with those placed by reference. */
  public int size() {
    return buffer.writerIndex() - start + referencedBytes;
  }

  /** Leaves room for the int32 size of a frame; must be the first thing written. See {@link #patchFrameSize()}. */
  public void reserveFrameSize() {
    if (size() != 0) {
      throw new IllegalStateException("the frame size must be the first thing, but " + size() + " bytes are written");
    }
    buffer.writeInt(0);
  }

  /** Sets the frame size at the start to the number of bytes after it. */
  public void patchFrameSize() {
    buffer.setInt(start, size() - Integer.BYTES);
  }

  /**
   * Ends writing.
   *
   * @return the parts in order, each a {@link ByteBuf} whose readable bytes count or a {@link Records}; the caller must release
   *     each of them once
   */
  public List<Object> finish() {
    buffer.readerIndex(start);
    if (references == null) {
      return List.of(buffer);
    }
    List<Object> parts = new ArrayList<>(2 * references.size() + 1);
    int from = start;
    for (Reference reference : references) {
      if (reference.index > from) {
        parts.add(buffer.retainedSlice(from, reference.index - from));
        from = reference.index;
      }
      parts.add(reference.part);
    }
    if (buffer.writerIndex() > from) {
      parts.add(buffer.retainedSlice(from, buffer.writerIndex() - from));
    }
    buffer.release();
    references = null;
    return parts;
  }

  /**
   * Drops what was written of a message whose writing failed, and all its records: those that were taken over and those that were
   * not reached.
   */
  public void releaseAfterFailure(Message message) {
    release();
    int[] taken = {recordsTaken};
    message.forEachRecords(records -> {
      if (taken[0]-- <= 0) {
        records.release();
      }
    });
  }

  /** Drops what was written, with all references. */
  public void release() {
    buffer.release();
    if (references != null) {
      references.forEach(reference -> releasePart(reference.part));
      references = null;
    }
  }

  /** Releases one of the parts that {@link #finish()} gave. */
  public static void releasePart(Object part) {
    if (part instanceof ByteBuf bytes) {
      bytes.release();
    } else {
      ((Records) part).release();
    }
  }

  public void writeBoolean(boolean value) {
    buffer.writeByte(value ? 1 : 0);
  }

  public void writeByte(byte value) {
    buffer.writeByte(value);
  }

  public void writeShort(short value) {
    buffer.writeShort(value);
  }

  /** Writes a uint16; {@code value} in [0, 65535]. */
  public void writeUnsignedShort(int value) {
    if (value < 0 || value > 0xffff) {
      throw new IllegalStateException("a uint16 must be in [0, 65535], not " + value);
    }
    buffer.writeShort(value);
  }

  public void writeInt(int value) {
    buffer.writeInt(value);
  }

  /** Writes a uint32; {@code value} in [0, 2^32). */
  public void writeUnsignedInt(long value) {
    if (value < 0 || value > 0xffff_ffffL) {
      throw new IllegalStateException("a uint32 must be in [0, 2^32), not " + value);
    }
    buffer.writeInt((int) value);
  }

  public void writeLong(long value) {
    buffer.writeLong(value);
  }

  public void writeDouble(double value) {
    buffer.writeDouble(value);
  }

  /** Writes 16 bytes. */
  public void writeUuid(UUID value) {
    buffer.writeLong(value.getMostSignificantBits());
    buffer.writeLong(value.getLeastSignificantBits());
  }

  /** Writes the 32 bits of {@code value} as an unsigned varint. */
  public void writeUnsignedVarint(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      buffer.writeByte(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    buffer.writeByte(rest);
  }

  /** Writes a zigzag encoded varint. */
  public void writeVarint(int value) {
    writeUnsignedVarint((value << 1) ^ (value >> 31));
  }

  /** Writes a zigzag encoded varint of up to 10 bytes. */
  public void writeVarlong(long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      buffer.writeByte((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    buffer.writeByte((int) rest);
  }

  private void writeLength(int length, boolean compact) {
    if (compact) {
      writeUnsignedVarint(length + 1);
    } else {
      buffer.writeInt(length);
    }
  }

  private void writeNull(boolean compact, boolean nullable, String field) {
    if (!nullable) {
      throw new IllegalStateException(field + " is null, but must not be");
    }
    writeLength(-1, compact);
  }

  /** Writes a UTF-8 string; null only if {@code nullable}. */
  public void writeString(String value, boolean compact, boolean nullable, String field) {
    if (value == null) {
      if (compact || !nullable) {
        writeNull(compact, nullable, field);
      } else {
        buffer.writeShort(-1);
      }
    } else if (!compact) {
      int lengthIndex = buffer.writerIndex();
      buffer.writeShort(0);
      int length = ByteBufUtil.writeUtf8(buffer, value);
      buffer.setShort(lengthIndex, checkStringLength(length, field));
    } else if (value.length() <= SHORT_STRING_CHARS) {
      int lengthIndex = buffer.writerIndex();
      buffer.writeByte(0);
      int length = ByteBufUtil.writeUtf8(buffer, value);
      buffer.setByte(lengthIndex, length + 1);
    } else {
      int length = checkStringLength(ByteBufUtil.utf8Bytes(value), field);
      writeUnsignedVarint(length + 1);
      ByteBufUtil.reserveAndWriteUtf8(buffer, value, length);
    }
  }

  private static int checkStringLength(int length, String field) {
    if (length > MessageReader.MAX_STRING_BYTES) {
      throw new IllegalStateException(field + " has " + length + " bytes, more than " + MessageReader.MAX_STRING_BYTES);
    }
    return length;
  }

  /** Writes a byte field; null only if {@code nullable}. */
  public void writeBytes(byte[] value, boolean compact, boolean nullable, String field) {
    if (value == null) {
      writeNull(compact, nullable, field);
    } else {
      writeLength(value.length, compact);
      buffer.writeBytes(value);
    }
  }

  /** Writes record batches, by copy or by reference, and takes them over; null only if {@code nullable}. */
  public void writeRecords(Records value, boolean compact, boolean nullable, String field) {
    if (value == null) {
      writeNull(compact, nullable, field);
      return;
    }
    int size = value.sizeBytes();
    writeLength(size, compact);
    writeRecords(value, size, field);
    recordsTaken++;
  }

  private void writeRecords(Records value, int size, String field) {
    ByteBuf bytes = value.bufferOrNull();
    boolean copy = copyAll || taggedDepth > 0;
    if (bytes != null && (copy || size <= MAX_COPIED_RECORDS_BYTES)) {
      buffer.writeBytes(bytes);
      value.release();
    } else if (copy) {
      copyFrom(value, size, field);
      value.release();
    } else {
      if (references == null) {
        references = new ArrayList<>();
      }
      Object part = value instanceof BufferRecords inBuffer ? inBuffer.handOver() : value;
      references.add(new Reference(buffer.writerIndex(), part));
      referencedBytes = Math.addExact(referencedBytes, size);
    }
  }

  private void copyFrom(Records value, int size, String field) {
    buffer.ensureWritable(size);
    try {
      ByteBufChannel.transfer(value, buffer);
    } catch (IOException e) {
      throw new UncheckedIOException(field + " cannot be written", e);
    }
  }

  /** Writes the number of elements of an array; null only if {@code nullable}. */
  public void writeArrayCount(List<?> value, boolean compact, boolean nullable, String field) {
    if (value == null) {
      writeNull(compact, nullable, field);
    } else {
      writeLength(value.size(), compact);
    }
  }

  /** Begins the value of a tagged field, after its tag; the result is for {@link #endTaggedField(int)}. */
  public int beginTaggedField() {
    taggedDepth++;
    buffer.writeByte(0);
    return buffer.writerIndex();
  }

  /** Sets the size of the tagged field whose value began at {@code valueStart}. */
  public void endTaggedField(int valueStart) {
    taggedDepth--;
    int size = buffer.writerIndex() - valueStart;
    if (size < 0x80) {
      buffer.setByte(valueStart - 1, size);
      return;
    }
    // Rare: the size needs more than the byte that was left for it.
    byte[] value = ByteBufUtil.getBytes(buffer, valueStart, size, true);
    buffer.writerIndex(valueStart - 1);
    writeUnsignedVarint(size);
    buffer.writeBytes(value);
  }

  /** Writes the tagged section of a struct without tagged fields of its own. */
  public void writeUnknownTaggedFieldsOnly(List<UnknownTaggedField> fields) {
    if (fields == null || fields.isEmpty()) {
      buffer.writeByte(0);
    } else {
      writeUnsignedVarint(fields.size());
      writeUnknownTaggedFields(fields, 0, Integer.MAX_VALUE);
    }
  }

  /**
   * Writes the {@code fields} from index {@code next} on whose tags are below {@code tagLimit}.
   *
   * @return the index of the first that was not written
   * @throws IllegalStateException if the tags do not ascend, or one is {@code tagLimit}, which the schema knows
   */
  public int writeUnknownTaggedFields(List<UnknownTaggedField> fields, int next, int tagLimit) {
    int index = next;
    while (fields != null && index < fields.size() && fields.get(index).tag() <= tagLimit) {
      UnknownTaggedField field = fields.get(index);
      if (field.tag() == tagLimit || index > 0 && fields.get(index - 1).tag() >= field.tag()) {
        throw new IllegalStateException("unknown tagged field " + field.tag() + " is out of order or known to the schema");
      }
      writeUnsignedVarint(field.tag());
      writeUnsignedVarint(field.data().length);
      buffer.writeBytes(field.data());
      index++;
    }
    return index;
  }
}
