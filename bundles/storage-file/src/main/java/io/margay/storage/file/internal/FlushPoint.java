package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How far a log is on stable storage, and advances that point. One thread flushes at a time, while others append and change the
 * segments. A flush that was overtaken by a cut of the tail says nothing about what came after the cut.
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

  /** The log to flush. */
  interface Source {
    /** @return the current segments */
    Segment[] current();

    long endOffset();

    /** @return false when the log was closed, or is broken */
    boolean takesCalls();

    /** @throws IOException when it accepts no calls, with the reason */
    void refuseIfClosed() throws IOException;

    /** Called when the content of the disk is in doubt; the log accepts no further calls. */
    void breakDown(BrokenStoreException cause);
  }

  /**
   * @param structure the monitor that is held while segments are changed
   * @param offset everything below is on stable storage
   * @param fresh whether the directory was just created
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

  /** Called when a file was created whose name must be on stable storage with its content. */
  void onNewName() {
    namesUnsynced = true;
  }

  /**
   * Called before the tail is cut; structure is held.
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

  /** Called when an empty log begins here; structure is held. */
  void reset(long to) {
    offset = to;
  }

  /** @param limit offsets from here on do not need to be flushed */
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
        // The kernel may have dropped the pages and would report success the next time.
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
      // A segment was retired meanwhile. Its replacement is on the disk, or the tail was cut and the next flush takes care of it.
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
