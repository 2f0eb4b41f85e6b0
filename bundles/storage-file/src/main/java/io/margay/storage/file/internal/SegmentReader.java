package io.margay.storage.file.internal;

import io.margay.protocol.record.CorruptRecordException;
import io.margay.spi.storage.LogSlice;
import java.io.IOException;

/**
 * Finds the batches of a read in a segment: by the ring for the tail, else by the index and a short walk over headers.
 * Stateless; the handle passes to the records of the result when it has any.
 */
final class SegmentReader {
  private SegmentReader() {
  }

  /** @param bound size of the segment; nothing at or after it is read */
  static LogSlice read(Segment segment, FileHandle handle, int bound, long offset, int maxBytes, long endOffset,
      boolean atLeastOne)
      throws IOException {
    TailRing tail = segment.tail();
    if (tail != null) {
      LogSlice slice = readTail(segment, tail, handle, bound, offset, maxBytes, endOffset, atLeastOne);
      if (slice != null) {
        return slice;
      }
    }
    SegmentIndex index = segment.index(handle.channel());
    IndexColumn.Entry entry = index.entryOfOffset(offset - segment.baseOffset());
    BatchScanner scanner = new BatchScanner(handle.channel(), entry == null ? 0 : entry.second(), bound,
        BatchScanner.SEARCH_WINDOW);
    boolean there = scanner.next();
    if (entry != null && !(there && scanner.lastOffset() - segment.baseOffset() == entry.first())) {
      throw new DamagedIndexException("no batch at position " + entry.second() + " ends at relative offset " + entry.first());
    }
    while (there && scanner.nextOffset() <= offset) {
      there = scanner.next();
    }
    if (!there) {
      return endOfWalk(segment, scanner, bound);
    }
    int start = scanner.position();
    long firstBase = scanner.baseOffset();
    if (firstBase >= endOffset) {
      return LogSlice.empty(offset);
    }
    long limit = (long) start + maxBytes;
    if (scanner.nextPosition() > limit) {
      return atLeastOne ? slice(handle, start, scanner.nextPosition(), firstBase) : LogSlice.empty(offset);
    }
    int end = limit >= bound && endOffset >= segment.nextOffset() ? bound : findEnd(segment, index, scanner, bound, limit,
        endOffset);
    return slice(handle, start, end, firstBase);
  }

  /** Walks to the last whole batch that ends at or before the limit and begins before the end offset. */
  private static int findEnd(Segment segment, SegmentIndex index, BatchScanner first, int bound, long limit, long endOffset)
      throws IOException {
    // Both lower bounds are boundaries of batches at or before the end that is searched for.
    int floor = Math.min(index.floorOfPosition(Math.min(limit, bound)),
        index.floorOfOffset(endOffset - 1 - segment.baseOffset()));
    BatchScanner scanner = first;
    int end = first.nextPosition();
    boolean there;
    if (floor > end) {
      scanner = new BatchScanner(first.channel(), floor, bound, BatchScanner.SEARCH_WINDOW);
      there = scanner.next();
      if (!there) {
        throw new DamagedIndexException("no batch at position " + floor);
      }
      end = floor;
    } else {
      there = scanner.next();
    }
    while (there && scanner.baseOffset() < endOffset && scanner.nextPosition() <= limit) {
      end = scanner.nextPosition();
      there = scanner.next();
    }
    return end;
  }

  private static LogSlice endOfWalk(Segment segment, BatchScanner scanner, int bound) {
    if (scanner.position() < bound) {
      // The disk answers, so the rest of the log can be read: this is not an error that puts it offline.
      throw new CorruptRecordException("no batch at position " + scanner.position() + " of " + segment.file().path());
    }
    return Segment.NOTHING_HERE;
  }

  /** @return null when the ring does not have the answer */
  private static LogSlice readTail(Segment segment, TailRing tail, FileHandle handle, int bound, long offset, int maxBytes,
      long endOffset, boolean atLeastOne) {
    long number = tail.find(Math.max(0, offset - segment.baseOffset()));
    if (number == TailRing.MISS) {
      return null;
    }
    long first = tail.startOf(number);
    if (first == TailRing.MISS || TailRing.position(first) >= bound) {
      // Pushed out meanwhile, or newer than the size with which this read began: the slow path decides.
      return null;
    }
    int start = TailRing.position(first);
    long firstBase = segment.baseOffset() + TailRing.relativeBase(first);
    if (firstBase >= endOffset) {
      return LogSlice.empty(offset);
    }
    long limit = (long) start + maxBytes;
    if (limit >= bound && endOffset >= segment.nextOffset()) {
      return slice(handle, start, bound, firstBase);
    }
    int end = start;
    for (long n = number + 1; end < bound; n++) {
      long following = tail.startOf(n);
      if (following == TailRing.MISS && n < tail.count()) {
        return null;
      }
      int boundary = following == TailRing.MISS ? bound : Math.min(bound, TailRing.position(following));
      if (boundary > limit && (end > start || !atLeastOne)) {
        break;
      }
      end = boundary;
      if (boundary > limit || boundary < bound && segment.baseOffset() + TailRing.relativeBase(following) >= endOffset) {
        break;
      }
    }
    return end == start ? LogSlice.empty(offset) : slice(handle, start, end, firstBase);
  }

  private static LogSlice slice(FileHandle handle, int start, int end, long baseOffset) {
    return new LogSlice(new FileRecords(handle, start, end - start), baseOffset);
  }
}
