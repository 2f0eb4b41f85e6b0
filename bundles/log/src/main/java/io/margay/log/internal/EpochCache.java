package io.margay.log.internal;

import io.margay.spi.log.PartitionLog.EpochEnd;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Which leader epoch began at which offset (KIP-101). Owned by one log; changed under its lock, read by any thread: the entries
 * are an immutable snapshot behind a volatile reference, because epochs change rarely.
 *
 * <p>Invariant: epochs and start offsets both rise strictly from entry to entry, except that a younger epoch never shares its
 * start with an older one.
 *
 * <p>On disk it is a text: a line with the version 0, a line with the number of entries, then {@code epoch startOffset} lines.
 */
final class EpochCache {
  private record Entries(int[] epochs, long[] starts) {
    static final Entries EMPTY = new Entries(new int[0], new long[0]);

    int size() {
      return epochs.length;
    }

    /** Index of the last entry with an epoch of at most the given one, or -1. */
    int floorEpoch(int epoch) {
      int at = Arrays.binarySearch(epochs, epoch);
      return at >= 0 ? at : -at - 2;
    }

    /** Index of the last entry that starts at or before the offset, or -1. */
    int floorOffset(long offset) {
      int at = Arrays.binarySearch(starts, offset);
      return at >= 0 ? at : -at - 2;
    }

    Entries first(int count) {
      return count == size() ? this : new Entries(Arrays.copyOf(epochs, count), Arrays.copyOf(starts, count));
    }

    Entries plus(int epoch, long start) {
      Entries next = new Entries(Arrays.copyOf(epochs, size() + 1), Arrays.copyOf(starts, size() + 1));
      next.epochs[size()] = epoch;
      next.starts[size()] = start;
      return next;
    }
  }

  private volatile Entries entries = Entries.EMPTY;

  boolean isEmpty() {
    return entries.size() == 0;
  }

  /** The youngest epoch, or -1. */
  int latestEpoch() {
    Entries now = entries;
    return now.size() == 0 ? -1 : now.epochs[now.size() - 1];
  }

  /** Where the youngest epoch starts, or -1. */
  long latestStart() {
    Entries now = entries;
    return now.size() == 0 ? -1 : now.starts[now.size() - 1];
  }

  /**
   * Records that an epoch begins at an offset. Removes entries that contradict it because their epoch or start is not lower.
   *
   * @return whether anything changed
   */
  boolean assign(int epoch, long startOffset) {
    Entries now = entries;
    int last = now.size() - 1;
    if (epoch < 0 || (last >= 0 && now.epochs[last] == epoch && startOffset >= now.starts[last])) {
      return false;
    }
    int keep = now.size();
    while (keep > 0 && (now.epochs[keep - 1] >= epoch || now.starts[keep - 1] >= startOffset)) {
      keep--;
    }
    entries = now.first(keep).plus(epoch, startOffset);
    return true;
  }

  /** The end of the largest known epoch that is not greater than the given one; both are -1 when it is unknown. */
  EpochEnd endOf(int epoch, long logEndOffset) {
    Entries now = entries;
    if (epoch < 0 || now.size() == 0) {
      return new EpochEnd(-1, -1);
    }
    if (epoch == now.epochs[now.size() - 1]) {
      return new EpochEnd(epoch, logEndOffset);
    }
    int floor = now.floorEpoch(epoch);
    if (floor == now.size() - 1) {
      return new EpochEnd(-1, -1);
    }
    // Below the first known epoch the answer is the start of the first one: the caller has to truncate to there.
    return new EpochEnd(floor < 0 ? epoch : now.epochs[floor], now.starts[floor + 1]);
  }

  /** Epoch of the record at the offset, or -1 when the offset is before all entries. */
  int epochAt(long offset) {
    Entries now = entries;
    int at = now.floorOffset(offset);
    return at < 0 ? -1 : now.epochs[at];
  }

  /** Forgets epochs that begin at or after the offset. Returns whether anything changed. */
  boolean truncateFromEnd(long endOffset) {
    Entries now = entries;
    int keep = now.size();
    while (keep > 0 && now.starts[keep - 1] >= endOffset) {
      keep--;
    }
    entries = now.first(keep);
    return keep != now.size();
  }

  /**
   * Forgets epochs that end at or before the offset; the epoch that contains it then begins there. Returns whether anything
   * changed.
   */
  boolean truncateFromStart(long startOffset) {
    Entries now = entries;
    int floor = now.floorOffset(startOffset);
    if (floor < 0 || (floor == 0 && now.starts[0] == startOffset)) {
      return false;
    }
    Entries next = new Entries(Arrays.copyOfRange(now.epochs, floor, now.size()),
        Arrays.copyOfRange(now.starts, floor, now.size()));
    next.starts[0] = startOffset;
    entries = next;
    return true;
  }

  void clear() {
    entries = Entries.EMPTY;
  }

  byte[] encode() {
    Entries now = entries;
    StringBuilder text = new StringBuilder("0\n").append(now.size()).append('\n');
    for (int i = 0; i < now.size(); i++) {
      text.append(now.epochs[i]).append(' ').append(now.starts[i]).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** Takes over what was encoded. Returns false, and stays empty, when the text is null or damaged. */
  boolean decode(byte[] bytes) {
    entries = Entries.EMPTY;
    if (bytes == null) {
      return false;
    }
    String[] lines = new String(bytes, StandardCharsets.US_ASCII).split("\n");
    Entries read = Entries.EMPTY;
    try {
      if (lines.length < 2 || !lines[0].trim().equals("0") || Integer.parseInt(lines[1].trim()) != lines.length - 2) {
        return false;
      }
      int count = lines.length - 2;
      read = new Entries(new int[count], new long[count]);
      for (int i = 0; i < count; i++) {
        String[] fields = lines[i + 2].trim().split(" +");
        read.epochs[i] = Integer.parseInt(fields[0]);
        read.starts[i] = Long.parseLong(fields[1]);
        if (fields.length != 2 || (i > 0 && (read.epochs[i] <= read.epochs[i - 1] || read.starts[i] <= read.starts[i - 1]))) {
          return false;
        }
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // a damaged checkpoint is expected after a crash, and what it says is rebuilt from the batches
      return false;
    }
    entries = read.size() == 0 ? Entries.EMPTY : read;
    return true;
  }
}
