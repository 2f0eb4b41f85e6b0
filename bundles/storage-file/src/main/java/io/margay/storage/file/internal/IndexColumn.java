package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * One file of an index: entries of two numbers, which both rise. Saved entries are read from the file when they are needed, through
 * {@link IndexCache}; memory holds only entries that are not saved yet. One thread adds, one at a time saves, any number search.
 *
 * <p>Invariant: the file has at least {@code tail.saved} entries, and those of the tail follow them.
 */
final class IndexColumn {
  private static final int NO_ENTRY = -1;
  private static final long[] NO_FIRST = {};
  private static final int[] NO_SECOND = {};
  private static final int SMALLEST_TAIL = 8;
  /** Entries at the end of a file that are checked before the file is trusted. */
  private static final int CHECKED_ENTRIES = 64;

  private final String suffix;
  private final int firstBytes;
  private final IndexCache cache;
  private volatile Tail tail = new Tail(0, NO_ENTRY, NO_ENTRY, NO_FIRST, NO_SECOND, 0);
  /** Entries on stable storage. Guarded by the thread that saves. */
  private int forced;

  /** Entries that are not saved; those below {@link #size} are never written again. */
  private static final class Tail {
    private final int saved;
    private final long lastSavedFirst;
    private final int lastSavedSecond;
    private final long[] first;
    private final int[] second;
    private volatile int size;

    Tail(int saved, long lastSavedFirst, int lastSavedSecond, long[] first, int[] second, int size) {
      this.saved = saved;
      this.lastSavedFirst = lastSavedFirst;
      this.lastSavedSecond = lastSavedSecond;
      this.first = first;
      this.second = second;
      this.size = size;
    }

    long lastFirst() {
      int n = size;
      return n == 0 ? lastSavedFirst : first[n - 1];
    }

    int lastSecond() {
      int n = size;
      return n == 0 ? lastSavedSecond : second[n - 1];
    }
  }

  /** What to do with each entry. */
  @FunctionalInterface
  interface Visitor {
    /** @return false to end the walk */
    boolean visit(long first, int second);
  }

  /** @param firstBytes 4 or 8, the size of the first number in the file; the second one has 4 */
  IndexColumn(String suffix, int firstBytes, IndexCache cache) {
    this.suffix = suffix;
    this.firstBytes = firstBytes;
    this.cache = cache;
  }

  int entryBytes() {
    return firstBytes + Integer.BYTES;
  }

  int count() {
    Tail now = tail;
    return now.saved + now.size;
  }

  int unsaved() {
    return tail.size;
  }

  boolean hasFile() {
    return tail.saved > 0;
  }

  /** @return first number of the last entry; -1 when there is none */
  long lastFirst() {
    return tail.lastFirst();
  }

  /** @return second number of the last entry; -1 when there is none */
  int lastSecond() {
    return tail.lastSecond();
  }

  /** Adds an entry; the caller has checked that it rises. */
  synchronized void add(long first, int second) {
    Tail now = tail;
    int n = now.size;
    if (n == now.first.length) {
      int length = Math.max(SMALLEST_TAIL, n + (n >> 1));
      now = new Tail(now.saved, now.lastSavedFirst, now.lastSavedSecond, Arrays.copyOf(now.first, length),
          Arrays.copyOf(now.second, length), n);
      tail = now;
    }
    now.first[n] = first;
    now.second[n] = second;
    now.size = n + 1;
  }

  /**
   * Finds the last entry one of whose numbers is at most the given one.
   *
   * @param bySecond which of the numbers
   * @return it, or null when there is none
   */
  Entry floor(IndexFiles files, long target, boolean bySecond) throws IOException {
    Tail now = tail;
    int low = 0;
    int high = now.size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if ((bySecond ? now.second[middle] : now.first[middle]) <= target) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low > 0) {
      return new Entry(now.first[low - 1], now.second[low - 1]);
    }
    if (now.saved == 0) {
      return null;
    }
    if ((bySecond ? now.lastSavedSecond : now.lastSavedFirst) <= target) {
      return new Entry(now.lastSavedFirst, now.lastSavedSecond);
    }
    try (FileSearch search = new FileSearch(files, now.saved)) {
      return search.floor(target, bySecond);
    }
  }

  /** A search result. */
  record Entry(long first, int second) { }

  /** Visits the entries in order; not through the cache. */
  void forEach(IndexFiles files, Visitor visitor) throws IOException {
    Tail now = tail;
    if (now.saved > 0) {
      try (FileSearch search = new FileSearch(files, now.saved)) {
        for (int number = 0; number * IndexCache.BLOCK_ENTRIES < now.saved; number++) {
          ByteBuffer block = search.load(number);
          int count = block.capacity() / entryBytes();
          for (int i = 0; i < count; i++) {
            if (!visitor.visit(first(block, i), second(block, i))) {
              return;
            }
          }
        }
      }
    }
    int n = now.size;
    for (int i = 0; i < n; i++) {
      if (!visitor.visit(now.first[i], now.second[i])) {
        return;
      }
    }
  }

  private long first(ByteBuffer block, int i) {
    int at = i * entryBytes();
    return firstBytes == Long.BYTES ? block.getLong(at) : block.getInt(at);
  }

  private int second(ByteBuffer block, int i) {
    return block.getInt(i * entryBytes() + firstBytes);
  }

  private boolean rises(ByteBuffer block) {
    int count = block.capacity() / entryBytes();
    boolean rises = first(block, 0) >= 0 && second(block, 0) >= 0;
    for (int i = 1; i < count && rises; i++) {
      rises = first(block, i) > first(block, i - 1) && second(block, i) >= second(block, i - 1);
    }
    return rises;
  }

  /** One look-up in the file, which is opened when the cache does not have what is needed. */
  private final class FileSearch implements AutoCloseable {
    private final IndexFiles files;
    private final int saved;
    private FileChannel channel;

    FileSearch(IndexFiles files, int saved) {
      this.files = files;
      this.saved = saved;
    }

    Entry floor(long target, boolean bySecond) throws IOException {
      int low = 0;
      int high = (saved - 1) / IndexCache.BLOCK_ENTRIES;
      while (low < high) {
        int middle = (low + high + 1) >>> 1;
        if (key(block(middle), 0, bySecond) <= target) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      ByteBuffer block = block(low);
      int from = 0;
      int to = Math.min(IndexCache.BLOCK_ENTRIES, saved - low * IndexCache.BLOCK_ENTRIES);
      while (from < to) {
        int middle = (from + to) >>> 1;
        if (key(block, middle, bySecond) <= target) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from == 0 ? null : new Entry(first(block, from - 1), second(block, from - 1));
    }

    private long key(ByteBuffer block, int i, boolean bySecond) {
      return bySecond ? second(block, i) : first(block, i);
    }

    private ByteBuffer block(int number) throws IOException {
      ByteBuffer known = cache.get(IndexColumn.this, number);
      if (known != null && known.capacity() >= length(number)) {
        return known;
      }
      ByteBuffer loaded = load(number);
      cache.put(IndexColumn.this, number, loaded);
      return loaded;
    }

    private int length(int number) {
      return Math.min(IndexCache.BLOCK_ENTRIES, saved - number * IndexCache.BLOCK_ENTRIES) * entryBytes();
    }

    ByteBuffer load(int number) throws IOException {
      if (channel == null) {
        channel = files.open(suffix, StandardOpenOption.READ);
      }
      ByteBuffer block = ByteBuffer.allocate(length(number));
      long at = (long) number * IndexCache.BLOCK_ENTRIES * entryBytes();
      if (channel.size() < at + block.capacity()) {
        throw new DamagedIndexException("an index file " + suffix + " has " + channel.size() + " bytes, expected "
            + (at + block.capacity()));
      }
      BatchScanner.readFully(channel, block, at);
      if (!rises(block)) {
        throw new DamagedIndexException("the entries of an index file " + suffix + " do not rise");
      }
      return block;
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
      }
    }
  }

  /**
   * Takes over a file. Checks some entries at its end; the others are checked when they are read.
   *
   * @return false when its size or those entries are not valid
   */
  boolean attach(FileChannel channel) throws IOException {
    long size = channel.size();
    if (size == 0 || size % entryBytes() != 0 || size / entryBytes() > Integer.MAX_VALUE) {
      return false;
    }
    int count = (int) (size / entryBytes());
    ByteBuffer end = ByteBuffer.allocate(Math.min(count, CHECKED_ENTRIES) * entryBytes());
    BatchScanner.readFully(channel, end, size - end.capacity());
    int last = end.capacity() / entryBytes() - 1;
    tail = new Tail(count, first(end, last), second(end, last), NO_FIRST, NO_SECOND, 0);
    return rises(end);
  }

  /**
   * Appends missing entries to the file, and frees their memory.
   *
   * @param end how many entries the file should have; later ones stay for the next time
   * @param force whether all that was ever saved is on stable storage when this returns
   */
  void append(IndexFiles files, int end, boolean force) throws IOException {
    Tail now = tail;
    if (end <= (force ? forced : now.saved)) {
      return;
    }
    try (FileChannel channel = files.open(suffix, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      write(channel, now, end);
      if (force) {
        channel.force(true);
      }
    }
    wasSaved(end, force);
  }

  /** Writes all entries up to a number to another file, which replaces this one's. See {@link #wasSaved}. */
  void writeWhole(IndexFiles files, String otherSuffix, int end, boolean force) throws IOException {
    try (FileChannel channel = files.open(otherSuffix, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE)) {
      write(channel, tail, end);
      if (force) {
        channel.force(true);
      }
    }
  }

  private void write(FileChannel channel, Tail now, int end) throws IOException {
    long at = (long) now.saved * entryBytes();
    if (channel.size() > at) {
      channel.truncate(at);
    }
    ByteBuffer bytes = ByteBuffer.allocate(IndexCache.BLOCK_ENTRIES * entryBytes());
    for (int i = 0; i < end - now.saved; i++) {
      if (firstBytes == Long.BYTES) {
        bytes.putLong(now.first[i]);
      } else {
        bytes.putInt((int) now.first[i]);
      }
      bytes.putInt(now.second[i]);
      if (!bytes.hasRemaining() || i == end - now.saved - 1) {
        bytes.flip();
        while (bytes.hasRemaining()) {
          at += channel.write(bytes, at);
        }
        bytes.clear();
      }
    }
  }

  /** The first entries are in the file now. */
  synchronized void wasSaved(int end, boolean force) {
    forced = force ? Math.max(forced, end) : forced;
    Tail now = tail;
    int n = end - now.saved;
    if (n > 0) {
      int left = now.size - n;
      tail = left == 0 ? new Tail(end, now.first[n - 1], now.second[n - 1], NO_FIRST, NO_SECOND, 0)
          : new Tail(end, now.first[n - 1], now.second[n - 1], Arrays.copyOfRange(now.first, n, now.size),
              Arrays.copyOfRange(now.second, n, now.size), left);
    }
  }

  /** The file is gone. What is in memory stays: it says less than before, but nothing wrong. */
  synchronized void forgetFile() {
    Tail now = tail;
    forced = 0;
    tail = new Tail(0, NO_ENTRY, NO_ENTRY, now.first, now.second, now.size);
  }
}
