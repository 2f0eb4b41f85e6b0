package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * How far a log is on stable storage, and bringing it further. One thread flushes at a time, while others append and change the
 * segments; a flush that a cut of the tail overtook does not vouch for what came after.
 */
final class FlushPoint {
  private final Path directory;
  private final Object structure;
  private final Source source;
  private final Object flushing = new Object();
  private volatile long offset;
  /** Names of new files are not yet on stable storage. */
  private volatile boolean namesUnsynced;
  /** The file with the topic's id is not yet on stable storage. Guarded by flushing. */
  private boolean metadataUnsynced;
  /** Counts cuts of the tail. Guarded by structure. */
  private int cuts;

  /** The log that is flushed. */
  interface Source {
    /** @return the segments as they are */
    Segment[] current();

    long endOffset();

    /** @return false when the log was closed, or is broken */
    boolean takesCalls();

    /** @throws IOException when it takes no calls, with the reason */
    void refuseIfClosed() throws IOException;

    /** Told that what is on the disk is in doubt; the log takes no further calls. */
    void breakDown(BrokenStoreException cause);
  }

  /**
   * @param structure the monitor that is held while segments are changed
   * @param offset everything below is on stable storage
   * @param fresh whether the directory was just made
   */
  FlushPoint(Path directory, Object structure, Source source, long offset, boolean fresh) {
    this.directory = directory;
    this.structure = structure;
    this.source = source;
    this.offset = offset;
    this.namesUnsynced = fresh;
    this.metadataUnsynced = fresh;
  }

  long offset() {
    return offset;
  }

  /** Told when a file was made whose name must be on stable storage with its content. */
  void onNewName() {
    namesUnsynced = true;
  }

  /**
   * Told before the tail is cut; structure is held.
   *
   * @return whether this was higher
   */
  boolean lower(long to) {
    cuts++;
    boolean higher = to < offset;
    if (higher) {
      offset = to;
    }
    return higher;
  }

  /** Told that an empty log begins here; structure is held. */
  void reset(long to) {
    offset = to;
  }

  /** @param limit offsets from here on need not be flushed */
  void flushTo(long limit) throws IOException {
    synchronized (flushing) {
      source.refuseIfClosed();
      long target;
      int cutsBefore;
      Segment[] segments;
      synchronized (structure) {
        target = Math.min(limit, source.endOffset());
        cutsBefore = cuts;
        segments = source.current();
      }
      if (target <= offset) {
        return;
      }
      try {
        force(segments, target);
      } catch (IOException e) {
        // The kernel may have thrown the pages away and would report success the next time.
        source.breakDown(new BrokenStoreException("a flush failed", e));
        throw e;
      }
      synchronized (structure) {
        if (source.takesCalls() && cuts == cutsBefore && target > offset) {
          offset = target;
        }
      }
    }
  }

  private void force(Segment[] segments, long target) throws IOException {
    if (!SegmentFiles.force(segments, offset, target)) {
      // A segment went meanwhile. What took its place is on the disk, or the tail was cut and the next flush sees to it.
      Segment[] current;
      synchronized (structure) {
        current = source.current();
      }
      SegmentFiles.force(current, offset, target);
    }
    if (metadataUnsynced) {
      DurableFiles.sync(directory.resolve(SegmentNames.METADATA));
      metadataUnsynced = false;
    }
    if (namesUnsynced) {
      namesUnsynced = false;
      DurableFiles.syncDirectory(directory);
      DurableFiles.syncDirectory(directory.getParent());
    }
  }
}
