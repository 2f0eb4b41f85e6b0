package io.margay.shares.internal.leader;

import io.margay.protocol.ByteBufChannel;
import io.margay.protocol.Records;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.shares.internal.partition.LogBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads which offsets record batches have, from their headers. Batches in memory are read in place; of those in a file, a few kilobytes at a time
 * are copied, and the records between are passed over. Used by one thread.
 */
final class BatchHeaders {
  private static final int WINDOW_BYTES = 8 * 1024;

  private final Records records;
  private final ByteBuf whole;
  private ByteBuf window;
  private long windowAt;

  private BatchHeaders(Records records) {
    this.records = records;
    this.whole = records.bufferOrNull();
  }

  /** Decides about batches, in the order of the log. */
  interface Filter {
    /**
     * @param batch a batch
     * @return whether members get its records
     */
    boolean delivers(RecordBatch batch);
  }

  /**
   * What was read.
   *
   * @param batches in ascending order
   * @param complete whether they are all that the records have
   */
  record Found(List<LogBatch> batches, boolean complete) { }

  /**
   * @param records whole batches
   * @param from offsets before it do not count
   * @param most after so many offsets no further batch is read
   * @param filter says which batches are delivered
   * @return the batches
   */
  static Found read(Records records, long from, long most, Filter filter) throws IOException {
    BatchHeaders headers = new BatchHeaders(records);
    try {
      return headers.read(from, most, filter);
    } finally {
      if (headers.window != null) {
        headers.window.release();
      }
    }
  }

  private Found read(long from, long most, Filter filter) throws IOException {
    List<LogBatch> batches = new ArrayList<>();
    RecordBatch batch = new RecordBatch();
    long seen = 0;
    int at = 0;
    while (seen < most && at + RecordBatchFormat.HEADER_SIZE <= records.sizeBytes()) {
      wrap(batch, at);
      int size = batch.sizeBytes();
      if (size < RecordBatchFormat.HEADER_SIZE || batch.lastOffset() < batch.baseOffset()) {
        throw new CorruptRecordException("the header of a batch is damaged at byte " + at);
      }
      boolean delivered = filter.delivers(batch);
      batches.add(new LogBatch(batch.baseOffset(), batch.lastOffset(), delivered));
      seen += delivered ? batch.lastOffset() - Math.max(from, batch.baseOffset()) + 1 : 0;
      at += size;
    }
    return new Found(batches, at + RecordBatchFormat.HEADER_SIZE > records.sizeBytes());
  }

  private void wrap(RecordBatch batch, int at) throws IOException {
    if (whole != null) {
      batch.wrap(whole, whole.readerIndex() + at);
      return;
    }
    if (window == null || at < windowAt || at + RecordBatchFormat.HEADER_SIZE > windowAt + window.readableBytes()) {
      if (window == null) {
        window = PooledByteBufAllocator.DEFAULT.buffer(WINDOW_BYTES, WINDOW_BYTES);
      }
      window.clear();
      windowAt = at;
      fill(at, Math.min(WINDOW_BYTES, records.sizeBytes() - at));
    }
    batch.wrap(window, (int) (at - windowAt));
  }

  private void fill(int at, int length) throws IOException {
    ByteBufChannel channel = new ByteBufChannel(window);
    int done = 0;
    while (done < length) {
      long moved = records.transferTo(channel, (long) at + done, length - done);
      if (moved <= 0) {
        throw new EOFException("records end after " + (at + done) + " of " + records.sizeBytes() + " bytes");
      }
      done += (int) moved;
    }
  }
}
