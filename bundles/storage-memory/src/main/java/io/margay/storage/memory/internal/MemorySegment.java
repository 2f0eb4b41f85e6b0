package io.margay.storage.memory.internal;

import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** A list of chunks that grow with the segment. Guarded by the lock of its log. */
final class MemorySegment {
  private static final int FIRST_CHUNK_BYTES = 1 << 12;
  private static final int MAX_CHUNK_BYTES = 1 << 20;

  private final long baseOffset;
  private final List<Chunk> chunks = new ArrayList<>();
  private long nextOffset;
  private long size;
  private long maxTimestamp = -1;
  private long lastModifiedMs;

  MemorySegment(long baseOffset, long nowMs) {
    this.baseOffset = baseOffset;
    this.nextOffset = baseOffset;
    this.lastModifiedMs = nowMs;
  }

  long baseOffset() {
    return baseOffset;
  }

  long nextOffset() {
    return nextOffset;
  }

  long size() {
    return size;
  }

  long maxTimestamp() {
    return maxTimestamp;
  }

  List<Chunk> chunks() {
    return chunks;
  }

  void endAt(long offset) {
    nextOffset = offset;
  }

  void append(ByteBuf batches, long next, long nowMs) {
    int length = batches.readableBytes();
    Chunk last = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
    if (last == null || !last.fits(length)) {
      int capacity = last == null ? FIRST_CHUNK_BYTES : Math.min(MAX_CHUNK_BYTES, last.capacity() * 2);
      last = new Chunk(Math.max(capacity, length));
      chunks.add(last);
    }
    int first = last.count();
    last.append(batches);
    for (int i = first; i < last.count(); i++) {
      maxTimestamp = Math.max(maxTimestamp, last.maxTimestamp(i));
    }
    nextOffset = next;
    size += length;
    lastModifiedMs = nowMs;
  }

  /** Drops all batches that end after an offset. @return the new end */
  long cut(long offset) {
    long end = offset;
    size = 0;
    maxTimestamp = -1;
    List<Chunk> kept = new ArrayList<>();
    for (Chunk chunk : chunks) {
      int batch = chunk.find(offset);
      if (batch < chunk.count()) {
        end = Math.min(end, chunk.baseOffset(batch));
        chunk.cut(batch);
      }
      if (batch > 0) {
        kept.add(chunk);
        size += chunk.size();
      }
      for (int i = 0; i < batch; i++) {
        maxTimestamp = Math.max(maxTimestamp, chunk.maxTimestamp(i));
      }
    }
    chunks.clear();
    chunks.addAll(kept);
    nextOffset = end;
    return end;
  }

  SegmentInfo info() {
    long first = chunks.isEmpty() ? -1 : chunks.get(0).maxTimestamp(0);
    return new SegmentInfo(baseOffset, nextOffset, size, maxTimestamp, first, lastModifiedMs);
  }
}
