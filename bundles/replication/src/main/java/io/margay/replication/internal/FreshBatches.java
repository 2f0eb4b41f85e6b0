package io.margay.replication.internal;

import io.margay.protocol.BufferRecords;
import io.margay.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Copies of small batches that were appended while readers waited for them. All these readers want the same bytes at once. From
 * memory they are sent with the rest of the answer, in one system call; from a file each reader would need another call.
 *
 * <p>Bounded: at most {@value #SLOTS} batches of at most {@value #LARGEST_BYTES} bytes for all partitions; the oldest is replaced
 * first. A reader whose batch is gone reads the log. Safe for all threads.
 */
final class FreshBatches implements AutoCloseable {
  /** Larger batches are worth a system call. */
  static final int LARGEST_BYTES = 16 * 1024;
  private static final int SLOTS = 64;

  private final AtomicReferenceArray<Batch> slots = new AtomicReferenceArray<>(SLOTS);
  private final AtomicInteger next = new AtomicInteger();
  private volatile boolean closed;

  /** One or more batches, as they are in the log. */
  static final class Batch {
    private final long baseOffset;
    private final long nextOffset;
    private final ByteBuf bytes;

    private Batch(long baseOffset, long nextOffset, ByteBuf bytes) {
      this.baseOffset = baseOffset;
      this.nextOffset = nextOffset;
      this.bytes = bytes;
    }

    /**
     * The batch for a read, as {@link io.margay.spi.log.PartitionLog#read} would return it.
     *
     * @return null when the batch is a different one, does not fit, or is gone
     */
    Records read(long offset, int maxBytes, long endOffset, boolean atLeastOne) {
      if (offset != baseOffset || nextOffset > endOffset) {
        return null;
      }
      try {
        ByteBuf copy = bytes.retainedDuplicate();
        if (copy.readableBytes() > maxBytes && !atLeastOne) {
          copy.release();
          return null;
        }
        return new BufferRecords(copy);
      } catch (IllegalReferenceCountException e) {
        return null;
      }
    }
  }

  /**
   * Copies what was appended.
   *
   * @param records where it is
   * @param index of its first byte
   * @param sizeBytes at most {@link #LARGEST_BYTES}
   */
  Batch keep(ByteBuf records, int index, int sizeBytes, long baseOffset, long nextOffset) {
    ByteBuf copy = PooledByteBufAllocator.DEFAULT.directBuffer(sizeBytes, sizeBytes);
    copy.writeBytes(records, index, sizeBytes);
    Batch kept = new Batch(baseOffset, nextOffset, copy);
    replace(Math.floorMod(next.getAndIncrement(), SLOTS), kept);
    if (closed) {
      clear();
    }
    return kept;
  }

  private void replace(int slot, Batch batch) {
    Batch former = slots.getAndSet(slot, batch);
    if (former != null) {
      former.bytes.release();
    }
  }

  private void clear() {
    for (int i = 0; i < SLOTS; i++) {
      replace(i, null);
    }
  }

  @Override
  public void close() {
    closed = true;
    clear();
  }
}
