package io.margay.storage.mapdb.internal;

import io.margay.spi.storage.LogStore;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * New segments that are ready to replace old ones. Until then they are listed as garbage, so that a crash leaves nothing, and
 * protected from the collector. One thread at a time.
 */
final class PreparedReplacement implements LogStore.Replacement {
  private final Database db;
  private final StoreOwner owner;
  private final List<SegmentState> old;
  private final int segmentBytes;
  private final Swap swap;
  private final long lastModifiedMs;
  private final List<SegmentState> fresh = new ArrayList<>();
  private boolean closed;

  /** The change that makes the new segments count. */
  @FunctionalInterface
  interface Swap {
    /** @return false when some of the old segments no longer exist */
    boolean run(List<SegmentState> old, List<SegmentState> fresh) throws IOException;
  }

  PreparedReplacement(Database db, StoreOwner owner, List<SegmentState> old, int segmentBytes, Swap swap) {
    this.db = db;
    this.owner = owner;
    this.old = old;
    this.segmentBytes = Math.min(segmentBytes, MapDbLogStore.MAX_SEGMENT_BYTES);
    this.swap = swap;
    this.lastModifiedMs = old.get(old.size() - 1).info().lastModifiedMs();
  }

  /** Writes the new segments; they are on stable storage when it returns. */
  void write(long toOffset, Iterable<ByteBuf> batches) throws IOException {
    begin(old.get(0).baseOffset());
    for (ByteBuf buffer : batches) {
      SegmentState last = last();
      List<Batch> parsed = Batch.parse(buffer, last.nextOffset());
      if (parsed.isEmpty()) {
        continue;
      }
      if (last.batches() > 0 && (last.sizeBytes() + buffer.readableBytes() > segmentBytes
          || last.batches() + parsed.size() > SegmentIndex.MAX_BATCHES)) {
        setLast(last.endingAt(parsed.get(0).baseOffset()));
        begin(parsed.get(0).baseOffset());
      }
      SegmentState target = last();
      db.change(d -> {
        SegmentIndex.append(d.store(), target.recid(), buffer, parsed);
        return null;
      });
      setLast(target.with(parsed, lastModifiedMs));
    }
    setLast(last().endingAt(toOffset));
    db.force(db.read(Database::sequence));
  }

  private SegmentState last() {
    return fresh.get(fresh.size() - 1);
  }

  private void setLast(SegmentState now) {
    fresh.set(fresh.size() - 1, now);
  }

  private void begin(long baseOffset) throws IOException {
    db.change(d -> {
      long recid = SegmentIndex.create(d.store());
      // Before it can be found in the list of garbage.
      owner.protect(recid);
      d.garbage().put(recid, new byte[0]);
      return recid;
    }, recid -> fresh.add(SegmentState.empty(baseOffset, lastModifiedMs, recid)));
  }

  @Override
  public boolean commit() throws IOException {
    return swap.run(old, fresh);
  }

  /** New segments that were not committed are garbage now, and so are old segments that were replaced. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      fresh.forEach(segment -> owner.unprotect(segment.recid()));
      owner.collectGarbage();
    }
  }
}
