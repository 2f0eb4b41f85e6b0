package io.margay.log.internal;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset of each key, in a fixed amount of memory: 24 bytes per slot, and at most three quarters of the slots are used.
 * Keys are kept as 128 bits of their SHA-256, and not of an MD5 as in Kafka, because anyone can make two keys with the same MD5.
 * One thread.
 *
 * <pre>
 *   slot: first half of the hash int64 | second half int64 | offset + 1 int64, 0 when free
 * </pre>
 */
final class OffsetMap {
  private static final int LONGS = 3;
  private static final int SLOT_BYTES = LONGS * Long.BYTES;
  private static final int DIGEST_BYTES = 32;

  private final long[] slots;
  private final int slotCount;
  private final int capacity;
  private final MessageDigest digest;
  private final byte[] hash = new byte[DIGEST_BYTES];
  private final ByteBuffer halves = ByteBuffer.wrap(hash).order(ByteOrder.BIG_ENDIAN);
  private int size;
  private long latestOffset = -1;

  /**
   * @param maxBytes the most memory that it may take
   * @param maxKeys the most keys that are possible; less memory is taken when they are few
   */
  OffsetMap(long maxBytes, long maxKeys) {
    long wanted = maxKeys >= Integer.MAX_VALUE / 2 ? Integer.MAX_VALUE : maxKeys * 4 / 3 + 2;
    long fitting = Math.min(maxBytes / SLOT_BYTES, Integer.MAX_VALUE / LONGS - 8);
    slotCount = (int) Math.max(2, Math.min(wanted, fitting));
    capacity = Math.max(1, (int) (slotCount * 3L / 4));
    slots = new long[slotCount * LONGS];
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  boolean isFull() {
    return size >= capacity;
  }

  int size() {
    return size;
  }

  /** The highest offset that was seen, whether or not its record had a key; -1 at the beginning. */
  long latestOffset() {
    return latestOffset;
  }

  /** Notes that all records up to there are in the map, or do not belong in it. */
  void sawOffset(long offset) {
    latestOffset = Math.max(latestOffset, offset);
  }

  /**
   * @param key from reader to writer index
   * @throws IllegalStateException when it is full and the key is new
   */
  void put(ByteBuf key, long offset) {
    int slot = find(key);
    if (slots[slot + 2] == 0) {
      if (isFull()) {
        throw new IllegalStateException("the map has its " + capacity + " keys");
      }
      slots[slot] = halves.getLong(0);
      slots[slot + 1] = halves.getLong(Long.BYTES);
      size++;
    }
    slots[slot + 2] = offset + 1;
    sawOffset(offset);
  }

  /** The last offset of a key, or -1. */
  long get(ByteBuf key) {
    return slots[find(key) + 2] - 1;
  }

  /** Where the key's slot, or the free one for it, begins. */
  private int find(ByteBuf key) {
    try {
      digest.update(key.nioBuffer());
      digest.digest(hash, 0, DIGEST_BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("a digest of 32 bytes does not fit", e);
    }
    long first = halves.getLong(0);
    long second = halves.getLong(Long.BYTES);
    int slot = (int) Long.remainderUnsigned(second, slotCount) * LONGS;
    while (slots[slot + 2] != 0 && (slots[slot] != first || slots[slot + 1] != second)) {
      slot += LONGS;
      if (slot == slots.length) {
        slot = 0;
      }
    }
    return slot;
  }
}
