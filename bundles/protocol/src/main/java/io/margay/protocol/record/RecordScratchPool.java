package io.margay.protocol.record;

import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * Scratch memory for a number of threads. A thread mostly gets the scratch that it had before. It is not tied to threads, so
 * that nothing of it outlives {@link #close()}. Safe for all threads.
 *
 * <p>Bound: at most as many as threads decompress at the same time, and between uses at most two for each processor.
 */
public final class RecordScratchPool implements AutoCloseable {
  private final ByteBufAllocator allocator;
  private final AtomicReferenceArray<RecordScratch> idle;
  private volatile boolean closed;

  /** A pool without any scratch yet, whose buffers come from the allocator. */
  public RecordScratchPool(ByteBufAllocator allocator) {
    this.allocator = allocator;
    this.idle = new AtomicReferenceArray<>(Math.max(2, 2 * Runtime.getRuntime().availableProcessors()));
  }

  /** A scratch for the caller alone, until it gives it back or closes it. */
  public RecordScratch take() {
    int first = firstSlot();
    for (int i = 0; i < idle.length(); i++) {
      int slot = (first + i) % idle.length();
      RecordScratch scratch = idle.get(slot) == null ? null : idle.getAndSet(slot, null);
      if (scratch != null) {
        return scratch;
      }
    }
    return new RecordScratch(allocator);
  }

  /** Calls a function with a scratch; when it fails, the scratch is freed. */
  public <T> T with(Function<RecordScratch, T> use) {
    RecordScratch scratch = take();
    boolean done = false;
    try {
      T result = use.apply(scratch);
      done = true;
      return result;
    } finally {
      if (done) {
        give(scratch);
      } else {
        scratch.close();
      }
    }
  }

  /** Takes a scratch back. */
  public void give(RecordScratch scratch) {
    scratch.trim();
    int first = firstSlot();
    for (int i = 0; i < idle.length() && !closed; i++) {
      int slot = (first + i) % idle.length();
      if (idle.get(slot) == null && idle.compareAndSet(slot, null, scratch)) {
        if (closed) {
          closeIdle();
        }
        return;
      }
    }
    scratch.close();
  }

  private int firstSlot() {
    return (int) (Thread.currentThread().getId() % idle.length());
  }

  /** Frees what is idle now, and the others when they are given back. */
  @Override
  public void close() {
    closed = true;
    closeIdle();
  }

  private void closeIdle() {
    for (int i = 0; i < idle.length(); i++) {
      RecordScratch scratch = idle.getAndSet(i, null);
      if (scratch != null) {
        scratch.close();
      }
    }
  }
}
