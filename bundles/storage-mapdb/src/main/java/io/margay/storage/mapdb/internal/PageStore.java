package io.margay.storage.mapdb.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The bytes of the database, changed in steps that are applied as a whole or not at all, even if the process or the machine
 * crashes.
 *
 * <p>A change writes to copies of pages in memory, and is added to the journal as one frame: then it survives the end of the
 * process. After a {@link #force} it survives a crash of the machine. A checkpoint moves the changes from memory to the
 * {@link PageFile} and begins the next generation of the journal; there are two journal files, used in turn.
 *
 * <p>Guarded by the read-write lock of the {@link Database}: reads under either lock; writes, {@link #commit}, {@link #rollback},
 * {@link #beginCheckpoint} and {@link #endCheckpoint} under the write lock. {@link #writeCheckpoint} and {@link #force} hold
 * neither.
 *
 * <p>Invariant: a page is searched in {@code change}, {@code dirty}, {@code frozen}, the cache, the file, in this order.
 */
final class PageStore implements AutoCloseable {
  private static final int CACHED_PAGES = 512;
  private static final int FRAME_BYTES = 1 << 16;

  private final PageFile pages;
  private final PageCopies copies;
  private final JournalFile[] journals = new JournalFile[2];
  /** Pages that the change in progress has written. */
  private final Map<Long, Page> change = new HashMap<>();
  /** Pages that are newer than those of the checkpoint. */
  private Map<Long, Page> dirty = new HashMap<>();
  /** Pages that the checkpoint in progress writes; no longer changed. */
  private Map<Long, Page> frozen = Map.of();
  private final AtomicReferenceArray<Page> cache = new AtomicReferenceArray<>(CACHED_PAGES);
  private ByteBuffer frame = ByteBuffer.allocateDirect(FRAME_BYTES).position(JournalFile.FRAME_HEADER);
  private long generation;
  private long sequence;
  private long frozenSequence;
  private long length;
  private volatile long forcedSequence;
  /** Held while files are forced, so that waiting threads find it done. */
  private final Object forcing = new Object();
  /** Whether the generation before the current one still holds changes that are nowhere else. Guarded by {@code forcing}. */
  private boolean olderNeeded;
  /** Whether pages may be half written, so that the copies must be kept. */
  private boolean copiesNeeded;
  private volatile IOException broken;

  /**
   * Opens the files and brings back what the last process had changed.
   *
   * @param directory exists
   * @throws IOException also when a file is damaged; nothing is changed then
   */
  PageStore(Path directory, Disk disk) throws IOException {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      pages = opened(opened, new PageFile(new DatabaseFile(directory.resolve("partitions.db"), disk)));
      copies = opened(opened, new PageCopies(new DatabaseFile(directory.resolve("partitions.copies"), disk)));
      for (int i = 0; i < journals.length; i++) {
        journals[i] = opened(opened, new JournalFile(new DatabaseFile(directory.resolve("partitions.journal" + i), disk)));
      }
      recover();
    } catch (IOException | RuntimeException e) {
      closeAll(opened, e);
      throw e;
    }
  }

  private static <T extends AutoCloseable> T opened(List<AutoCloseable> all, T one) {
    all.add(one);
    return one;
  }

  private static void closeAll(List<AutoCloseable> all, Exception cause) {
    for (AutoCloseable one : all) {
      try {
        one.close();
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void recover() throws IOException {
    copies.restore(pages);
    PageFile.Header header = pages.readHeader();
    JournalFile.Content[] contents = {journals[0].load(), journals[1].load()};
    if (header == null) {
      if (contents[0].hasFrame() || contents[1].hasFrame()) {
        throw new IOException("there is a journal, but the database that it belongs to is missing: " + contents[0].name());
      }
      header = new PageFile.Header(0, 1);
      pages.writeHeader(header);
      pages.force();
    }
    sequence = header.sequence();
    generation = header.generation();
    replay(contents[(int) (generation & 1)], generation);
    long next = generation + 1;
    replay(contents[(int) (next & 1)], next);
    for (JournalFile.Content content : contents) {
      long forced = content.generation() == generation || content.generation() == next ? content.forced() : -1;
      if (forced > sequence) {
        throw new IOException(content.name() + " or the journal beside it is damaged: changes after " + sequence
            + " cannot be read, but those up to " + forced + " were on disk");
      }
    }
    // Restored changes are written to their places before anything new is added to the journal.
    generation = next;
    frozen = dirty;
    dirty = new HashMap<>();
    frozenSequence = sequence;
    writeCheckpointOf(new PageFile.Header(sequence, generation + 1));
    thaw();
    generation++;
    journal().start(generation);
    older().clear();
    forcedSequence = sequence;
    length = Math.max(0, pages.sizeBytes());
  }

  private void replay(JournalFile.Content content, long expected) throws IOException {
    if (content.generation() != expected) {
      return;
    }
    while (content.hasFrame() && content.sequence() <= sequence + 1) {
      if (content.sequence() > sequence) {
        replay(content.writes());
        sequence++;
      }
      content.pass();
    }
  }

  private void replay(ByteBuffer writes) throws IOException {
    while (writes.hasRemaining()) {
      long position = writes.getLong();
      byte[] bytes = new byte[writes.getInt()];
      writes.get(bytes);
      writeToPages(position, bytes, 0, bytes.length);
    }
    dirty.putAll(change);
    change.clear();
  }

  private JournalFile journal() {
    return journals[(int) (generation & 1)];
  }

  private JournalFile older() {
    return journals[(int) (generation + 1 & 1)];
  }

  /** @return the number of the last change */
  long sequence() {
    return sequence;
  }

  /** @return the last change that survives a crash of the machine */
  long forcedSequence() {
    return forcedSequence;
  }

  /** @return how much is in memory, to be moved to the pages */
  int dirtyPages() {
    return dirty.size();
  }

  long journalBytes() {
    return journal().sizeBytes();
  }

  /** @return bytes up to which something may have been written */
  long length() {
    return length;
  }

  private Page page(long number) throws IOException {
    Page page = change.get(number);
    if (page == null) {
      page = dirty.get(number);
    }
    if (page == null) {
      page = frozen.get(number);
    }
    return page == null ? cleanPage(number) : page;
  }

  private Page cleanPage(long number) throws IOException {
    int slot = (int) (number % CACHED_PAGES);
    Page page = cache.get(slot);
    if (page == null || page.number() != number) {
      page = pages.read(number);
      cache.set(slot, page);
    }
    return page;
  }

  private Page pageToWrite(long number) throws IOException {
    Page page = change.get(number);
    if (page == null) {
      page = new Page(number, page(number).bytes().clone());
      change.put(number, page);
    }
    return page;
  }

  void read(long position, byte[] target, int offset, int count) throws IOException {
    long at = position;
    int done = 0;
    while (done < count) {
      int inPage = (int) (at & Page.MASK);
      int part = Math.min(count - done, Page.SIZE - inPage);
      System.arraycopy(page(at >>> Page.SHIFT).bytes(), inPage, target, offset + done, part);
      done += part;
      at += part;
    }
  }

  /** Writes as a part of the change in progress. */
  void write(long position, byte[] source, int offset, int count) throws IOException {
    writeToPages(position, source, offset, count);
    growFrame(12 + count);
    frame.putLong(position).putInt(count).put(source, offset, count);
    length = Math.max(length, position + count);
  }

  private void writeToPages(long position, byte[] source, int offset, int count) throws IOException {
    long at = position;
    int done = 0;
    while (done < count) {
      int inPage = (int) (at & Page.MASK);
      int part = Math.min(count - done, Page.SIZE - inPage);
      System.arraycopy(source, offset + done, pageToWrite(at >>> Page.SHIFT).bytes(), inPage, part);
      done += part;
      at += part;
    }
  }

  private void growFrame(int more) {
    if (frame.remaining() < more) {
      int capacity = Math.max(Math.addExact(frame.position(), more), Math.multiplyExact(frame.capacity(), 2));
      frame = ByteBuffer.allocateDirect(capacity).put(frame.flip());
    }
  }

  private void resetFrame() {
    if (frame.capacity() > 16 * FRAME_BYTES) {
      frame = ByteBuffer.allocateDirect(FRAME_BYTES);
    }
    frame.clear().position(JournalFile.FRAME_HEADER);
  }

  /**
   * Completes the change in progress: it survives the end of the process when this returns.
   *
   * @throws IOException when it does not; the caller calls {@link #rollback} then
   */
  void commit() throws IOException {
    refuseIfBroken();
    if (frame.position() == JournalFile.FRAME_HEADER) {
      return;
    }
    try {
      journal().append(frame.flip(), sequence + 1, forcedSequence);
    } catch (BrokenDatabaseException e) {
      broken = e;
      throw e;
    }
    sequence++;
    dirty.putAll(change);
    change.clear();
    resetFrame();
  }

  /** Forgets the change in progress. */
  void rollback() {
    change.clear();
    resetFrame();
  }

  private void refuseIfBroken() throws IOException {
    IOException cause = broken;
    if (cause != null) {
      throw new IOException("the database takes no calls: " + cause.getMessage(), cause);
    }
  }

  /** @return why only reopening helps; null when all is well */
  IOException broken() {
    return broken;
  }

  /**
   * @return held by a force; taken before the write lock by a thread that begins or ends a checkpoint, so that writers do not wait
   *     for a disk
   */
  Object forcing() {
    return forcing;
  }

  /** Makes all changes up to one survive a crash of the machine. Blocks. */
  void force(long upTo) throws IOException {
    if (forcedSequence >= upTo) {
      return;
    }
    synchronized (forcing) {
      if (forcedSequence >= upTo) {
        return;
      }
      refuseIfBroken();
      try {
        if (olderNeeded) {
          journals[0].force();
          journals[1].force();
        } else {
          journal().force();
        }
      } catch (IOException e) {
        // The kernel may have dropped the pages and would report success the next time.
        broken = new BrokenDatabaseException("the journal could not be forced to disk", e);
        throw e;
      }
      forcedSequence = Math.max(forcedSequence, upTo);
    }
  }

  /** @return false when there is nothing to do; else {@link #writeCheckpoint} and {@link #endCheckpoint} follow */
  boolean beginCheckpoint() throws IOException {
    refuseIfBroken();
    // A journal may be long though no changes are left to move: when the last checkpoint made up for one that had failed.
    if (dirty.isEmpty() && frozen.isEmpty() && journal().sizeBytes() <= JournalFile.HEADER) {
      return false;
    }
    synchronized (forcing) {
      if (!olderNeeded) {
        older().start(generation + 1);
        generation++;
        olderNeeded = true;
      }
    }
    // The pages of a checkpoint that failed half way are written together with the later ones.
    Map<Long, Page> all = new HashMap<>(frozen);
    all.putAll(dirty);
    frozen = all;
    dirty = new HashMap<>();
    frozenSequence = sequence;
    return true;
  }

  /** Writes the pages to their places. Blocks. After a failure a later checkpoint writes them. */
  void writeCheckpoint() throws IOException {
    writeCheckpointOf(new PageFile.Header(frozenSequence, generation));
  }

  private void writeCheckpointOf(PageFile.Header header) throws IOException {
    if (copiesNeeded) {
      // The last checkpoint failed while it wrote the pages: one of them may be half written.
      copies.restore(pages);
      copiesNeeded = false;
    }
    Collection<Page> all = frozen.values();
    copies.write(all, header);
    copiesNeeded = true;
    for (Page page : all) {
      pages.write(page);
    }
    pages.writeHeader(header);
    pages.force();
    copiesNeeded = false;
    copies.clear();
  }

  /** Forgets what {@link #writeCheckpoint} has written. */
  void endCheckpoint() throws IOException {
    thaw();
    synchronized (forcing) {
      forcedSequence = Math.max(forcedSequence, frozenSequence);
      olderNeeded = false;
      older().clear();
    }
  }

  /** The frozen pages are in the file now, and their copies in the cache are outdated. */
  private void thaw() {
    for (Page page : frozen.values()) {
      cache.set((int) (page.number() % CACHED_PAGES), page);
    }
    frozen = Map.of();
  }

  /** Closes the files. Changes that were not moved to the pages are found in the journal. */
  @Override
  public void close() throws IOException {
    IOException failure = new IOException("cannot close the database");
    closeAll(List.of(pages, copies, journals[0], journals[1]), failure);
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }
}
