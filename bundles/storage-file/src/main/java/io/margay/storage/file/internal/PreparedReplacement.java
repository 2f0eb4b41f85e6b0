package io.margay.storage.file.internal;

import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * New segments as {@code .cleaned} files on stable storage, and the old ones that they are for. Used by the compactor's thread; the
 * store runs {@link #replaceIn} as a change of its segments.
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

  /** Runs {@link #replaceIn} on the store's segments. */
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

  /**
   * Puts the new segments into place, on disk and in a list of all segments.
   *
   * @return false when the old ones are not in it as they were; nothing is changed then
   */
  boolean replaceIn(List<Segment> all) throws IOException {
    int from = all.indexOf(old.get(0));
    int end = from + old.size();
    // A cut makes another object of a segment, so what is the same is unchanged.
    if (from < 0 || end >= all.size() || !all.subList(from, end).equals(old)) {
      return false;
    }
    SegmentSwap swap = new SegmentSwap(old.get(0).baseOffset(), toOffset, fresh.stream().map(Segment::baseOffset).toList());
    decided = true;
    swap.decide(directory);
    old.forEach(Segment::retire);
    swap.finish(directory);
    all.subList(from, end).clear();
    all.addAll(from, fresh);
    return true;
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
