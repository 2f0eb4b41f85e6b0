package io.margay.log.internal;

import io.margay.spi.log.PartitionLog.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The aborted transactions of one log, by the offset of their marker. Owned by the log and used under its lock. Costs nothing
 * until a transaction aborts.
 *
 * <p>Each entry, in memory and in a {@code .txnindex} blob (there behind an int16 version, 0), is four int64: producer id, first
 * offset, offset of the marker, last stable offset after the marker.
 */
final class AbortedTransactions {
  /** One of them; {@code lastOffset} is that of its marker. */
  record Entry(long producerId, long firstOffset, long lastOffset, long lastStableOffset) { }

  private static final int ENTRY_SIZE = Short.BYTES + 4 * Long.BYTES;

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
      // replay goes over a range whose blob was written before
      return;
    }
    entries.add(entry);
  }

  List<Entry> all() {
    return List.copyOf(entries);
  }

  /** Forgets those whose markers are at these offsets. Returns whether there was one. */
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
    ByteBuffer out = ByteBuffer.allocate((entries.size() - from) * ENTRY_SIZE);
    for (Entry entry : entries.subList(from, entries.size())) {
      out.putShort((short) 0).putLong(entry.producerId).putLong(entry.firstOffset).putLong(entry.lastOffset)
          .putLong(entry.lastStableOffset);
    }
    return out.array();
  }

  /** Offset of the first marker that {@link #encodeUnwritten} would write. */
  long firstUnwritten() {
    return entries.get(firstWithMarkerFrom(writtenTo)).lastOffset;
  }

  void written(long endOffset) {
    writtenTo = endOffset;
  }

  /**
   * Adds the entries of one blob; blobs come in the order of their names. A damaged rest is ignored.
   *
   * @return false when there are markers at or after {@code endOffset}, which are left out
   */
  boolean decode(byte[] bytes, long endOffset) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    boolean complete = true;
    while (in.remaining() >= ENTRY_SIZE && in.getShort() == 0) {
      Entry entry = new Entry(in.getLong(), in.getLong(), in.getLong(), in.getLong());
      complete &= entry.lastOffset < endOffset;
      if (entry.lastOffset < endOffset) {
        add(entry);
        writtenTo = Math.max(writtenTo, entry.lastOffset + 1);
      }
    }
    return complete;
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
