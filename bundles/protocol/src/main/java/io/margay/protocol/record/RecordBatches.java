package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Entry points for walking the batches of a buffer. */
public final class RecordBatches {
  private RecordBatches() {
  }

  /** A new cursor over the readable bytes; the reader index does not move. */
  public static BatchCursor cursor(ByteBuf buf) {
    return cursor(buf, buf.readerIndex(), buf.readableBytes());
  }

  /** A new cursor over {@code [index, index + length)}. */
  public static BatchCursor cursor(ByteBuf buf, int index, int length) {
    return new BatchCursor().wrap(buf, index, length);
  }

  /**
   * Calls {@code action} with each whole batch of {@code [index, index + length)}; the view is reused between calls.
   *
   * @return number of bytes in whole batches; less than {@code length} if the last one is cut off
   * @throws CorruptRecordException if a size cannot be true
   */
  public static int forEach(ByteBuf buf, int index, int length, Consumer<? super RecordBatch> action) {
    BatchCursor cursor = cursor(buf, index, length);
    while (cursor.next()) {
      action.accept(cursor.batch());
    }
    return cursor.position() - index;
  }

  /** As {@link #forEach(ByteBuf, int, int, Consumer)} over the readable bytes. */
  public static int forEach(ByteBuf buf, Consumer<? super RecordBatch> action) {
    return forEach(buf, buf.readerIndex(), buf.readableBytes(), action);
  }
}
