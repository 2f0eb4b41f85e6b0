package io.margay.log.internal;

import io.margay.spi.log.PartitionLog.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The aborted transactions of one log, by the offset of their marker. Owned by the log and used under its lock. Costs nothing
 * until a transaction aborts.
 *
 * <p>A {@code .txnindex} blob:
 *
 * <pre>
 *   version int16 (1) | crc uint32 of all that follows | count int32
 *   count x { producer id int64 | first offset int64 | offset of the marker int64 | last stable offset after the marker int64 }
 * </pre>
 *
 * <p>Version 0, which can still be read, is Kafka's: entries without checksum, each after a version.
 */
final class AbortedTransactions {
  /** One of them; {@code lastOffset} is that of its marker. */
  record Entry(long producerId, long firstOffset, long lastOffset, long lastStableOffset) { }

  /** The result of reading a blob. */
  enum Decoded {
    /** Its entries were added. */
    COMPLETE,
    /** Those at or after the end were left out. */
    STALE,
    /** It is cut off, or contains an invalid entry. */
    DAMAGED
  }

  private static final short VERSION = 1;
  private static final int CHECKED_FROM = Short.BYTES + Integer.BYTES;
  private static final int HEADER_SIZE = CHECKED_FROM + Integer.BYTES;
  private static final int ENTRY_SIZE = 4 * Long.BYTES;

  private List<Entry> entries = List.of();
  /** Entries with a marker at or after this offset have not been written yet. */
  private long writtenTo;

  boolean isEmpty() {
    return entries.isEmpty();
  }

  void add(Entry entry) {
    if (entries.isEmpty()) {
      entries = new ArrayList<>(4);
    } else if (entries.get(entries.size() - 1).lastOffset >= entry.lastOffset) {
      // replay covers a range whose blob was written before
      return;
    }
    entries.add(entry);
  }

  List<Entry> all() {
    return List.copyOf(entries);
  }

  /** Forgets those whose markers are at these offsets. Returns whether any existed. */
  boolean remove(Set<Long> markers) {
    if (entries.isEmpty() || !entries.removeIf(entry -> markers.contains(entry.lastOffset))) {
      return false;
    }
    return true;
  }

  /** Those that have records in {@code [fromOffset, toOffset)}, by first offset. */
  List<AbortedTransaction> overlapping(long fromOffset, long toOffset) {
    if (entries.isEmpty()) {
      return List.of();
    }
    List<AbortedTransaction> found = new ArrayList<>();
    for (int i = firstWithMarkerFrom(fromOffset); i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.firstOffset < toOffset) {
        found.add(new AbortedTransaction(entry.producerId, entry.firstOffset));
      }
    }
    found.sort(Comparator.comparingLong(AbortedTransaction::firstOffset));
    return found;
  }

  /** Forgets those whose marker is at or after the offset. */
  void truncateFromEnd(long offset) {
    if (!entries.isEmpty()) {
      entries.subList(firstWithMarkerFrom(offset), entries.size()).clear();
    }
    writtenTo = Math.min(writtenTo, offset);
  }

  /** Forgets those whose marker is before the offset. */
  void truncateFromStart(long offset) {
    if (!entries.isEmpty()) {
      entries.subList(0, firstWithMarkerFrom(offset)).clear();
    }
  }

  /** The entries that were not written yet, encoded; null when there are none. */
  byte[] encodeUnwritten() {
    int from = firstWithMarkerFrom(writtenTo);
    if (from == entries.size()) {
      return null;
    }
    int count = entries.size() - from;
    ByteBuffer out = ByteBuffer.allocate(HEADER_SIZE + count * ENTRY_SIZE);
    out.putShort(VERSION).putInt(0).putInt(count);
    for (Entry entry : entries.subList(from, entries.size())) {
      out.putLong(entry.producerId).putLong(entry.firstOffset).putLong(entry.lastOffset).putLong(entry.lastStableOffset);
    }
    out.putInt(Short.BYTES, checksum(out.array()));
    return out.array();
  }

  /** Offset of the first marker that {@link #encodeUnwritten} would write. */
  long firstUnwritten() {
    return entries.get(firstWithMarkerFrom(writtenTo)).lastOffset;
  }

  void written(long endOffset) {
    writtenTo = endOffset;
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM);
    return (int) crc.getValue();
  }

  /** Adds the entries of one blob that end before an offset; blobs come in the order of their names. */
  Decoded decode(byte[] bytes, long endOffset) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.remaining() < HEADER_SIZE) {
      return Decoded.DAMAGED;
    }
    boolean old = in.getShort(0) == 0;
    if (!old) {
      boolean whole = in.getShort() == VERSION && in.getInt() == checksum(bytes);
      if (!whole || in.getInt() != in.remaining() / ENTRY_SIZE || in.remaining() % ENTRY_SIZE != 0) {
        return Decoded.DAMAGED;
      }
    }
    Decoded result = Decoded.COMPLETE;
    while (in.hasRemaining()) {
      if (old && (in.remaining() < Short.BYTES + ENTRY_SIZE || in.getShort() != 0)) {
        return Decoded.DAMAGED;
      }
      Entry entry = new Entry(in.getLong(), in.getLong(), in.getLong(), in.getLong());
      // A marker comes after the first record, so zeros are not an entry.
      if (entry.producerId < 0 || entry.firstOffset < 0 || entry.firstOffset >= entry.lastOffset) {
        return Decoded.DAMAGED;
      }
      if (entry.lastOffset >= endOffset) {
        result = Decoded.STALE;
      } else {
        add(entry);
        writtenTo = Math.max(writtenTo, entry.lastOffset + 1);
      }
    }
    return result;
  }

  private int firstWithMarkerFrom(long offset) {
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.get(middle).lastOffset < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
