package io.margay.storage.file.internal;

import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * New segments as {@code .cleaned} files on stable storage, and the old ones that they replace. Used by the compactor's thread. A
 * commit takes these steps: the decision, on disk; the swap in the list of segments, the only step that excludes others; renaming
 * the new files and deleting the old ones. Until a new segment is renamed it is read under its first name.
 */
final class PreparedReplacement implements LogStore.Replacement {
  private final Path directory;
  private final Object preparing;
  private final List<Segment> old;
  private final List<Segment> fresh;
  private final long toOffset;
  private final Committer committer;
  /** The files belong to a decision now, which may be on disk. */
  private boolean decided;

  /** Executes the steps on the store's segments. */
  @FunctionalInterface
  interface Committer {
    boolean commit(PreparedReplacement replacement) throws IOException;
  }

  /** @param preparing held while the files are deleted */
  PreparedReplacement(Path directory, Object preparing, List<Segment> old, List<Segment> fresh, long toOffset,
      Committer committer) {
    this.directory = directory;
    this.preparing = preparing;
    this.old = old;
    this.fresh = fresh;
    this.toOffset = toOffset;
    this.committer = committer;
  }

  @Override
  public boolean commit() throws IOException {
    return committer.commit(this);
  }

  /** Whether the old segments all exist unchanged. A cut creates a new object for a segment, so the same object means no change. */
  boolean fitsInto(List<Segment> all) {
    int from = all.indexOf(old.get(0));
    int end = from + old.size();
    return from >= 0 && end < all.size() && all.subList(from, end).equals(old);
  }

  private SegmentSwap swap() {
    return new SegmentSwap(old.get(0).baseOffset(), toOffset, fresh.stream().map(Segment::baseOffset).toList());
  }

  /** Writes the decision. If that fails nothing changes, unless the decision is on disk all the same. */
  void decide() throws IOException {
    try {
      decided = true;
      swap().decide(directory);
    } catch (IOException e) {
      decided = !swap().withdraw(directory);
      throw e;
    }
  }

  /** @return the segments with the new ones in place of the old ones, which the caller has found to exist */
  Segment[] replaceIn(Segment[] current) {
    List<Segment> all = new ArrayList<>(Arrays.asList(current));
    int from = all.indexOf(old.get(0));
    all.subList(from, from + old.size()).clear();
    all.addAll(from, fresh);
    return all.toArray(new Segment[0]);
  }

  /** Deletes the old segments and renames the new ones. */
  void takePlace() throws IOException {
    old.forEach(Segment::retire);
    SegmentSwap swap = swap();
    swap.deleteOld(directory);
    for (Segment segment : fresh) {
      segment.takePlace();
    }
    swap.end(directory);
  }

  @Override
  public void close() throws IOException {
    if (decided) {
      return;
    }
    synchronized (preparing) {
      for (Segment segment : fresh) {
        Files.deleteIfExists(directory.resolve(SegmentNames.of(segment.baseOffset(), SegmentNames.CLEANED)));
      }
    }
  }
}
