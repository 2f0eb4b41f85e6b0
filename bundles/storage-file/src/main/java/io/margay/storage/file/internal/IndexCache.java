package io.margay.storage.file.internal;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Blocks of index files that were read, for all segments of an engine together. Each block has one slot; another block with the
 * same slot replaces it. So the number of slots bounds the memory, whatever is read. Safe for all threads, without a lock: a lost
 * update costs one more read.
 */
final class IndexCache {
  /** Entries of an index in one block. */
  static final int BLOCK_ENTRIES = 512;
  private static final int BLOCK_BYTES = BLOCK_ENTRIES * 12 + 128;
  private static final int SPREAD = 0x9E3779B9;

  private final AtomicReferenceArray<Block> slots;

  /** A part of an index file. @param entries immutable; fewer than a whole block at the end of the file */
  private record Block(IndexColumn owner, int number, ByteBuffer entries) { }

  /** @param maxBytes the memory that all blocks may take; there is always room for one block */
  IndexCache(long maxBytes) {
    slots = new AtomicReferenceArray<>((int) Math.max(1, Math.min(1 << 20, maxBytes / BLOCK_BYTES)));
  }

  /** @return how many blocks there is room for */
  int capacity() {
    return slots.length();
  }

  /** @return a block, or null when it is not cached */
  ByteBuffer get(IndexColumn owner, int number) {
    Block block = slots.get(slot(owner, number));
    return block != null && block.owner == owner && block.number == number ? block.entries : null;
  }

  void put(IndexColumn owner, int number, ByteBuffer entries) {
    slots.set(slot(owner, number), new Block(owner, number, entries));
  }

  private int slot(IndexColumn owner, int number) {
    int mixed = (System.identityHashCode(owner) + number * 31) * SPREAD;
    return Integer.remainderUnsigned(mixed ^ (mixed >>> 15), slots.length());
  }
}
