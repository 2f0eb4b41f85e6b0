package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The segments of one log, and whether it accepts calls. Read by any thread without a lock: the array is immutable and replaced.
 *
 * <p>Invariants: segments are sorted by base offset and there is at least one; only the last is appended to; the array is replaced
 * under {@link #structure}, and nothing waits for a disk meanwhile unless the tail is cut.
 */
final class SegmentList implements FlushPoint.Source {
  private final Path directory;
  private final StoreOwner owner;
  private final Object structure = new Object();
  private volatile Segment[] segments;
  private volatile long endOffset;
  /** Why no further calls are accepted: a failure that left the disk in doubt, or the store was closed. */
  private volatile IOException refusal;
  private FileLogStore store;

  /** @param opened at least one segment, sorted; the last one's end is known */
  SegmentList(Path directory, StoreOwner owner, List<Segment> opened) {
    this.directory = directory;
    this.owner = owner;
    this.segments = opened.toArray(new Segment[0]);
    this.endOffset = last().nextOffset();
  }

  /** The store that these segments belong to, as its owner knows it. Called once. */
  void belongTo(FileLogStore theStore) {
    store = theStore;
  }

  Path directory() {
    return directory;
  }

  Object structure() {
    return structure;
  }

  @Override
  public Segment[] current() {
    return segments;
  }

  @Override
  public long endOffset() {
    return endOffset;
  }

  Segment last() {
    Segment[] current = segments;
    return current[current.length - 1];
  }

  long startOffset() {
    return segments[0].baseOffset();
  }

  /** Called by the writer. */
  void endOffset(long offset) {
    endOffset = offset;
  }

  /** Adds a segment that begins at the log's end, or later. */
  void add(Segment fresh) {
    synchronized (structure) {
      Segment[] longer = Arrays.copyOf(segments, segments.length + 1);
      longer[longer.length - 1] = fresh;
      segments = longer;
      endOffset = fresh.baseOffset();
    }
  }

  /** The caller holds {@link #structure}. */
  void set(Segment[] now) {
    segments = now;
  }

  @Override
  public void breakDown(BrokenStoreException cause) {
    synchronized (structure) {
      if (refusal == null) {
        refusal = cause;
      }
    }
    owner.onBroken(store);
  }

  @Override
  public boolean takesCalls() {
    return refusal == null;
  }

  boolean isClosed() {
    return refusal instanceof ClosedStoreException;
  }

  @Override
  public void refuseIfClosed() throws IOException {
    IOException cause = refusal;
    if (cause != null) {
      throw new IOException("the log in " + directory + " takes no calls: " + cause.getMessage(), cause);
    }
  }

  /** After a reader met a retired segment. */
  void awaitChange(Segment[] seen) {
    synchronized (structure) {
      if (segments == seen && refusal != null) {
        throw new IllegalStateException("the log in " + directory + " is closed", refusal);
      }
    }
  }

  /** Ends all segments. @return false when that was done before */
  boolean close() {
    synchronized (structure) {
      boolean first = !isClosed();
      refusal = new ClosedStoreException();
      for (Segment segment : segments) {
        segment.retire();
      }
      return first;
    }
  }
}
