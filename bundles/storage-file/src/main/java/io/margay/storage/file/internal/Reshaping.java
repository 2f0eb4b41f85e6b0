package io.margay.storage.file.internal;

import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SingleWriter;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All changes of a log's segments except appends: dropping the head, cutting the tail, replacing segments. One at a time. Dropping
 * and replacing run concurrently with the writer, so they work on files before or after the moment in which the list changes.
 */
final class Reshaping {
  private final SegmentList list;
  private final SegmentResources resources;
  private final StoreOwner owner;
  private final FlushPoint flushPoint;
  private final HotRange hot;
  private final SingleWriter writer;
  private final SingleWriter reshaper;
  /** Held while files of a replacement are written, renamed or deleted; taken before {@link SegmentList#structure}. */
  private final Object preparing = new Object();
  /** Set while another thread waits for {@link #preparing}; an unfinished replacement is then abandoned. */
  private volatile boolean othersWait;

  Reshaping(SegmentList list, SegmentResources resources, StoreOwner owner, FlushPoint flushPoint, HotRange hot,
      SingleWriter writer) {
    this.list = list;
    this.resources = resources;
    this.owner = owner;
    this.flushPoint = flushPoint;
    this.hot = hot;
    this.writer = writer;
    this.reshaper = new SingleWriter("the segments of " + list.directory());
  }

  /** A step that may fail. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  /** Runs a step before which an unfinished replacement is abandoned. */
  void urgently(Step step) throws IOException {
    othersWait = true;
    synchronized (preparing) {
      othersWait = false;
      step.run();
    }
  }

  /** Cuts the tail; called in place of the writer. */
  void truncateTo(FileLogStore store, long offset) throws IOException {
    change(() -> {
      if (offset >= list.endOffset()) {
        return;
      }
      Segment[] current = list.current();
      int i = SegmentFiles.floor(current, offset);
      SegmentFiles.Cut cut = SegmentFiles.findCut(current[i], offset);
      lowerFlushedOffset(store, cut.endOffset());
      list.endOffset(cut.endOffset());
      // From the end, so that a crash in between leaves no hole.
      for (int j = current.length - 1; j > i; j--) {
        SegmentFiles.drop(list.directory(), current[j], owner);
      }
      Segment[] shorter = Arrays.copyOf(current, i + 1);
      shorter[i] = SegmentFiles.cut(list.directory(), resources, current[i], cut);
      list.set(shorter);
      hot.onEndMoved(list.endOffset());
    });
  }

  /** Drops everything; called in place of the writer. */
  void resetTo(FileLogStore store, long offset) throws IOException {
    urgently(() -> change(() -> {
      lowerFlushedOffset(store, Math.min(offset, list.startOffset()));
      // Meanwhile readers find nothing between the two ends, and wait.
      SegmentFiles.createCleaned(list.directory(), resources.disk(), offset).close();
      SegmentSwap swap = new SegmentSwap(0, Long.MAX_VALUE, List.of(offset));
      swap.decide(list.directory());
      for (Segment segment : list.current()) {
        segment.retire();
      }
      swap.finish(list.directory());
      list.set(new Segment[] {SegmentFiles.existing(list.directory(), resources, offset, 0, offset)});
      list.endOffset(offset);
      flushPoint.reset(offset);
      hot.onEndMoved(offset);
    }));
  }

  private void lowerFlushedOffset(FileLogStore store, long to) throws IOException {
    if (flushPoint.lower(to)) {
      owner.onFlushedOffsetLowered(store, to);
    }
  }

  /** Runs a change of the tail. If it fails half way the store refuses all further calls. */
  private void change(Step change) throws IOException {
    reshape(() -> {
      writer.enter();
      try {
        synchronized (list.structure()) {
          list.refuseIfClosed();
          breakingDown(change);
        }
      } finally {
        writer.exit();
      }
    });
  }

  private void reshape(Step step) throws IOException {
    reshaper.enter();
    try {
      step.run();
    } finally {
      reshaper.exit();
    }
  }

  private void breakingDown(Step step) throws IOException {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      list.breakDown(new BrokenStoreException("a change of its segments failed", e));
      throw e;
    }
  }

  /** Removes whole segments from the log, then deletes their files. */
  void dropHead(long offset) throws IOException {
    reshape(() -> {
      List<Segment> dropped = new ArrayList<>();
      synchronized (list.structure()) {
        list.refuseIfClosed();
        Segment[] current = list.current();
        while (dropped.size() < current.length - 1 && current[dropped.size()].nextOffset() <= offset) {
          dropped.add(current[dropped.size()]);
        }
        list.set(Arrays.copyOfRange(current, dropped.size(), current.length));
      }
      breakingDown(() -> {
        for (Segment segment : dropped) {
          SegmentFiles.drop(list.directory(), segment, owner);
        }
      });
    });
  }

  LogStore.Replacement prepare(int segmentBytes, long fromOffset, long toOffset, Iterable<ByteBuf> batches)
      throws IOException {
    synchronized (preparing) {
      list.refuseIfClosed();
      List<Segment> old = SegmentFiles.whole(list.current(), fromOffset, toOffset);
      // A failure here changes nothing: what was written is deleted.
      List<Segment> fresh = new SegmentReplacement(list.directory(), resources, segmentBytes, () -> othersWait)
          .write(old, toOffset, batches);
      return new PreparedReplacement(list.directory(), preparing, old, fresh, toOffset, this::commit);
    }
  }

  private boolean commit(PreparedReplacement replacement) throws IOException {
    boolean[] done = {false};
    synchronized (preparing) {
      reshape(() -> {
        list.refuseIfClosed();
        if (!replacement.fitsInto(Arrays.asList(list.current()))) {
          return;
        }
        replacement.decide();
        breakingDown(() -> {
          synchronized (list.structure()) {
            list.set(replacement.replaceIn(list.current()));
          }
          replacement.takePlace();
        });
        done[0] = true;
      });
    }
    return done[0];
  }
}
