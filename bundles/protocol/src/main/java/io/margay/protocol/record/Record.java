package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One record that a {@link RecordReader} read. Key, value and headers are slices of the batch's buffer, which must stay alive,
 * or of memory of the record's own when the batch is compressed; in neither case does the caller release anything. The
 * record itself stays valid after the reader moved on or was closed. One thread at a time.
 */
public final class Record {
  private final long offset;
  private final long timestamp;
  private final int sequence;
  private final int keySizeBytes;
  private final int valueSizeBytes;
  private final int headerCount;
  /** Null when the reader skips keys and values. */
  private final ByteBuf buf;
  private final int keyIndex;
  private final int valueIndex;
  private final int headersIndex;
  private final int endIndex;

  /** A record whose fields are those of the walker; {@code buf} is null if there is no content to show. */
  Record(long offset, long timestamp, int sequence, RecordWalker fields, ByteBuf buf, int recordsIndex) {
    this.offset = offset;
    this.timestamp = timestamp;
    this.sequence = sequence;
    this.keySizeBytes = fields.keyLength;
    this.valueSizeBytes = fields.valueLength;
    this.headerCount = fields.headerCount;
    this.buf = buf;
    this.keyIndex = buf == null ? 0 : recordsIndex + (int) fields.keyPosition;
    this.valueIndex = buf == null ? 0 : recordsIndex + (int) fields.valuePosition;
    this.headersIndex = buf == null ? 0 : recordsIndex + (int) fields.headersPosition;
    this.endIndex = buf == null ? 0 : recordsIndex + (int) fields.endPosition;
  }

  public long offset() {
    return offset;
  }

  /** Ms since the epoch, or {@link RecordBatchFormat#NO_TIMESTAMP}; the batch's max timestamp under LOG_APPEND_TIME. */
  public long timestamp() {
    return timestamp;
  }

  /** Sequence of the producer, or {@link RecordBatchFormat#NO_SEQUENCE}. */
  public int sequence() {
    return sequence;
  }

  public boolean hasKey() {
    return keySizeBytes >= 0;
  }

  public boolean hasValue() {
    return valueSizeBytes >= 0;
  }

  /** Size of the key, or -1 when it is null. */
  public int keySizeBytes() {
    return keySizeBytes;
  }

  /** Size of the value, or -1 when it is null. */
  public int valueSizeBytes() {
    return valueSizeBytes;
  }

  /**
   * The key as a new slice, not retained, or null.
   *
   * @throws IllegalStateException if the reader skips keys and values
   */
  public ByteBuf key() {
    return slice(keyIndex, keySizeBytes);
  }

  /** The key as a new array, or null; otherwise as {@link #key()}. */
  public byte[] keyBytes() {
    return bytes(keyIndex, keySizeBytes);
  }

  /** The value as a new slice, not retained, or null; otherwise as {@link #key()}. */
  public ByteBuf value() {
    return slice(valueIndex, valueSizeBytes);
  }

  /** The value as a new array, or null; otherwise as {@link #key()}. */
  public byte[] valueBytes() {
    return bytes(valueIndex, valueSizeBytes);
  }

  public int headerCount() {
    return headerCount;
  }

  /**
   * The headers in their order, decoded again at each call.
   *
   * @throws IllegalStateException if the reader skips keys and values
   */
  public List<RecordHeader> headers() {
    requireContent();
    if (headerCount == 0) {
      return List.of();
    }
    // A header takes at least two bytes and all were walked, so the count is bounded by the size of the record.
    List<RecordHeader> headers = new ArrayList<>(headerCount);
    ByteBuf in = buf.duplicate();
    in.setIndex(headersIndex, buf.capacity());
    for (int i = 0; i < headerCount; i++) {
      int keyLength = Varint.readVarint(in);
      String key = in.toString(in.readerIndex(), keyLength, StandardCharsets.UTF_8);
      in.skipBytes(keyLength);
      int valueLength = Varint.readVarint(in);
      byte[] value = null;
      if (valueLength >= 0) {
        value = new byte[valueLength];
        in.readBytes(value);
      }
      headers.add(new RecordHeader(key, value));
    }
    return headers;
  }

  /** The headers as they are stored, without their count. */
  ByteBuf headerBytes() {
    requireContent();
    return buf.slice(headersIndex, endIndex - headersIndex);
  }

  private ByteBuf slice(int index, int size) {
    requireContent();
    return size < 0 ? null : buf.slice(index, size);
  }

  private byte[] bytes(int index, int size) {
    requireContent();
    if (size < 0) {
      return null;
    }
    byte[] bytes = new byte[size];
    buf.getBytes(index, bytes);
    return bytes;
  }

  private void requireContent() {
    if (buf == null) {
      throw new IllegalStateException("the record at offset " + offset + " was read without keys and values");
    }
  }

  /** Names no contents. */
  @Override
  public String toString() {
    return "Record[offset=" + offset + ", timestamp=" + timestamp + ", keySizeBytes=" + keySizeBytes + ", valueSizeBytes="
        + valueSizeBytes + ", headers=" + headerCount + "]";
  }
}
