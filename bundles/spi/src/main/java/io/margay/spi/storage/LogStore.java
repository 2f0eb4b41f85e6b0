package io.margay.spi.storage;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One partition's batches. The caller ensures two things:
 *
 * <ul>
 *   <li>One writer at a time: {@link #append}, {@link #roll}, {@link #truncateTo}, {@link #resetTo}, {@link #configure},
 *       {@link #close}.
 *   <li>One change of the segments at a time: {@link #truncateTo}, {@link #dropHead}, {@link #resetTo}, {@link Replacement#commit},
 *       {@link #close}. So the head is dropped and segments are replaced while the writer appends and rolls.
 * </ul>
 *
 * <p>All other methods run at any time, on any thread, {@link #prepareReplacement} one at a time. {@link #append} and {@link #roll}
 * run on event loops: they force nothing to the disk, read nothing from it, and wait for no call that does.
 */
@ConsumerType
public interface LogStore extends AutoCloseable {
  /** @return base offset of the first segment; batches may begin later */
  long startOffset();

  /** @return the offset after the last batch, {@code >=} {@link #startOffset} */
  long endOffset();

  /** @return bytes of all batches */
  long sizeBytes();

  /** @return whether the log was closed cleanly before it was opened; true for a new one */
  boolean wasClean();

  /** @return everything below this offset is on stable storage */
  long flushedOffset();

  /** @return the segments by offset; at least one, of which the last is the active one. May read from the disk. */
  List<SegmentInfo> segments();

  /**
   * What an append needs to know about the active segment; never waits for a disk.
   *
   * @return the last segment; {@code lastModifiedMs} may be -1
   */
  default SegmentInfo lastSegment() {
    List<SegmentInfo> all = segments();
    return all.get(all.size() - 1);
  }

  /**
   * @param offset an offset
   * @return base offset of the first segment that begins after it, or -1
   */
  default long segmentAfter(long offset) {
    for (SegmentInfo segment : segments()) {
      if (segment.baseOffset() > offset) {
        return segment.baseOffset();
      }
    }
    return -1;
  }

  /**
   * Appends whole batches with rising offsets that begin at or after {@link #endOffset}. Rolls a new segment first when the current
   * one would grow too big. After an exception none of the batches can be read, or the store refuses all further calls.
   *
   * @param batches the bytes between reader and writer index, at least one whole batch; borrowed, indexes unchanged
   * @param baseOffset base offset of the first batch
   * @param nextOffset offset after the last batch
   * @param maxTimestamp highest timestamp in them, in milliseconds since the epoch, or -1
   */
  void append(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException;

  /**
   * Reads whole batches, starting with the one that holds the offset or else the first after it; never one that begins at or after
   * {@code endOffset}. The slice never spans two segments, so a short one does not mean that nothing follows.
   *
   * @param offset where to begin, {@code >=} {@link #startOffset}
   * @param maxBytes how many bytes at most, {@code >= 0}
   * @param endOffset batches that begin at or after it are not returned
   * @param atLeastOne whether the first batch is returned even when it is longer than {@code maxBytes}
   * @return the batches; the caller releases the records
   * @throws io.margay.protocol.record.CorruptRecordException when no batch begins where one must; the rest of the store can be read
   */
  LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException;

  /**
   * Guesses whether a read would find its bytes in memory, so that it may run on an event loop.
   *
   * @param offset where the read would begin
   * @return true when it most likely does not wait for a disk
   */
  boolean isHot(long offset);

  /**
   * Finds the first batch, at or after an offset, whose maximum timestamp is not below the given one.
   *
   * @param timestamp milliseconds since the epoch
   * @param fromOffset batches that end before it are skipped
   * @return the base offset of that batch; -1 when there is none
   */
  long findByTimestamp(long timestamp, long fromOffset) throws IOException;

  /** Begins a new segment at {@link #endOffset}, unless the current one is empty. */
  void roll() throws IOException;

  /**
   * Cuts the tail: afterwards {@link #endOffset} is the given offset or, when that is inside a batch, that batch's base offset.
   *
   * @param offset the first offset to remove; nothing happens when it is at or above the end
   */
  void truncateTo(long offset) throws IOException;

  /**
   * Drops whole segments whose records all have lower offsets; never the last one. When this returns they are gone for good, even
   * after a crash; their space may be freed later. Runs concurrently with the writer.
   *
   * @param offset the first offset to keep
   * @return how many bytes were dropped
   */
  long dropHead(long offset) throws IOException;

  /**
   * Drops everything and begins again.
   *
   * @param offset the new start and end
   */
  void resetTo(long offset) throws IOException;

  /**
   * The slow half of replacing whole segments with others that have fewer records at the same offsets (compaction): writes the new
   * ones, which are on stable storage when it returns. The log does not change until {@link Replacement#commit}; a failure changes
   * nothing. May run concurrently with the writer. Never for the last segment.
   *
   * @param fromOffset base offset of the first segment to replace
   * @param toOffset {@code nextOffset} of the last segment to replace
   * @param batches the new content, in order, each buffer borrowed until the next one is requested; may be empty
   * @return the replacement, committed or closed before the next one is prepared
   * @throws IllegalArgumentException when these are not whole segments before the last one
   */
  Replacement prepareReplacement(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException;

  /** New segments that are written and ready to replace old ones. */
  interface Replacement extends AutoCloseable {
    /**
     * The second half: replaces the segments. After a crash either the old or the new segments exist. Readers that hold slices of
     * the old ones may finish. Blocks; runs concurrently with the writer.
     *
     * @return false when some of the old segments no longer exist; nothing is changed then
     */
    boolean commit() throws IOException;

    /** Drops what was prepared unless it was committed. */
    @Override
    void close() throws IOException;
  }

  /**
   * Forces what was appended before the call to stable storage. Blocks; any thread but an event loop.
   *
   * @return the new {@link #flushedOffset}
   */
  long flush() throws IOException;

  /** @param config takes effect at the next append */
  void configure(StoreConfig config);

  /**
   * Reads a small file that belongs to the log (a checkpoint or snapshot of its user).
   *
   * @param name letters, digits, '-' and '.'
   * @return its bytes, or null when there is none
   */
  byte[] readBlob(String name) throws IOException;

  /**
   * Writes a small file that belongs to the log, atomically.
   *
   * @param name letters, digits, '-' and '.'
   * @param bytes its content
   * @param sync whether it is on stable storage when the call returns
   */
  void writeBlob(String name, byte[] bytes, boolean sync) throws IOException;

  /** @param name the small file to delete; ignored when it does not exist */
  void deleteBlob(String name) throws IOException;

  /** @return the names of the small files */
  List<String> blobs() throws IOException;

  /** Flushes and closes cleanly. Slices that were read stay valid until they are released. */
  @Override
  void close() throws IOException;
}
