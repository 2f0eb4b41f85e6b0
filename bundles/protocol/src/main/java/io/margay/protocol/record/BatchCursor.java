package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;

/**
 * Walks the consecutive batches in a range of a buffer, without allocating per batch. Reusable, one thread at a time, retains
 * nothing. Checks only sizes and the magic, so old formats are returned with their magic. A last batch that the range cuts off ends
 * the walk and is reported by {@link #hasTrailingPartial()}.
 *
 * <pre>
 *   while (cursor.next()) {
 *     use(cursor.batch());
 *   }
 * </pre>
 */
public final class BatchCursor {
  private final RecordBatch batch = new RecordBatch();
  private ByteBuf buf;
  private int position;
  private int end;
  private int batchSize;

  /** Starts over at the bytes {@code [index, index + length)} of the buffer. Returns this. */
  public BatchCursor wrap(ByteBuf buf, int index, int length) {
    if (index < 0 || length < 0 || length > buf.capacity() - index) {
      throw new IndexOutOfBoundsException("range of " + length + " bytes at " + index + " in a buffer of " + buf.capacity());
    }
    this.buf = buf;
    this.position = index;
    this.end = index + length;
    this.batchSize = 0;
    return this;
  }

  /**
   * Moves to the next batch.
   *
   * @return false at the end of the range, or when what is left is not a whole batch
   * @throws CorruptRecordException if the length field or the magic cannot be true; the cursor stays before that batch
   */
  public boolean next() {
    position += batchSize;
    batchSize = 0;
    int remaining = end - position;
    if (remaining < RecordBatchFormat.LOG_OVERHEAD) {
      return false;
    }
    int length = buf.getInt(position + RecordBatchFormat.LENGTH_OFFSET);
    if (length < RecordBatchFormat.MIN_LENGTH_ANY_MAGIC) {
      throw new CorruptRecordException("batch length field at index " + position + " is " + length + ", expected at least "
          + RecordBatchFormat.MIN_LENGTH_ANY_MAGIC);
    }
    if (remaining <= RecordBatchFormat.MAGIC_OFFSET) {
      return false;
    }
    byte magic = buf.getByte(position + RecordBatchFormat.MAGIC_OFFSET);
    if (magic < 0 || magic > RecordBatchFormat.MAGIC_V2) {
      throw new CorruptRecordException("batch magic at index " + position + " is " + magic + ", expected 2");
    }
    int minLength = RecordBatchFormat.HEADER_SIZE - RecordBatchFormat.LOG_OVERHEAD;
    if (magic == RecordBatchFormat.MAGIC_V2 && length < minLength) {
      throw new CorruptRecordException("batch length field at index " + position + " is " + length + ", expected at least "
          + minLength);
    }
    if (length > remaining - RecordBatchFormat.LOG_OVERHEAD) {
      return false;
    }
    batchSize = RecordBatchFormat.LOG_OVERHEAD + length;
    batch.wrap(buf, position);
    return true;
  }

  /** View of the current batch, the same object each time; meaningful after {@link #next()} returned true. */
  public RecordBatch batch() {
    return batch;
  }

  /** Absolute index of the current batch, or of the first byte that belongs to no whole batch after the walk ended. */
  public int position() {
    return position;
  }

  /** Absolute index after the current batch. */
  public int nextPosition() {
    return position + batchSize;
  }

  /** After the walk ended: true if bytes of an incomplete batch are left. */
  public boolean hasTrailingPartial() {
    return trailingBytes() > 0;
  }

  /** After the walk ended: number of bytes of an incomplete batch. */
  public int trailingBytes() {
    return end - nextPosition();
  }
}
