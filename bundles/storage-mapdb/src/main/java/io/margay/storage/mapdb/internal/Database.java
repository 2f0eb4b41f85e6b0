package io.margay.storage.mapdb.internal;

import io.margay.model.FaultHandler;
import io.margay.spi.storage.Background;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.mapdb.BTreeMap;
import org.mapdb.CC;
import org.mapdb.DB;
import org.mapdb.DBException;
import org.mapdb.Serializer;
import org.mapdb.Store;
import org.mapdb.StoreDirect;
import org.mapdb.volume.VolumeFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one MapDB database of all partitions. Readers run concurrently; changes run one after the other. A change is applied as a
 * whole or not at all: when it fails, MapDB is reopened on the state before it.
 *
 * <p>The lock is held for work in memory and one write to the page cache of the operating system, but not while waiting for a disk.
 * The exception is a journal that has grown to many times its size because checkpoints do not succeed.
 */
final class Database implements AutoCloseable {
  /** When a checkpoint is due, and when changes wait for it. */
  record Limits(int dueBytes, int duePages, long dueMs) {
    static final Limits DEFAULT = new Limits(2 << 20, 1024, 5_000);
    private static final int HARD_FACTOR = 4;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final long CHECKPOINT_WAIT_SECONDS = 30;

  /** An operation on the database. */
  @FunctionalInterface
  interface Call<T> {
    T on(Database db) throws IOException;
  }

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Condition checkpointEnded = lock.writeLock().newCondition();
  private final Path directory;
  private final FileChannel lockFile;
  private final PageStore pages;
  private final Limits limits;
  private final Background background;
  private final FaultHandler faults;
  private final AtomicBoolean brokenReported = new AtomicBoolean();
  private DB db;
  private BTreeMap<Long, byte[]> partitions;
  private BTreeMap<Long, byte[]> garbage;
  private BTreeMap<String, byte[]> tables;
  /** Guarded by the write lock, as the two below. */
  private boolean checkpointQueued;
  private IOException checkpointFailure;
  private boolean closed;

  /**
   * @param directory exists and holds nothing else
   * @throws IOException when the database is damaged
   * @throws IllegalStateException when another process uses it
   */
  Database(Path directory, Disk disk, Limits limits, FaultHandler faults) throws IOException {
    this.directory = directory;
    this.limits = limits;
    this.faults = faults;
    lockFile = FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      lock(directory);
      pages = new PageStore(directory, disk);
      openMapDb();
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
    background = new Background("margay-storage-mapdb", faults);
    background.every(TimeUnit.MILLISECONDS.toNanos(limits.dueMs()), "maintain the database", unlessBroken(this::checkpoint));
  }

  private void lock(Path path) throws IOException {
    FileLock held;
    try {
      held = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      throw new IllegalStateException(path + " is used by another engine of this process", e);
    }
    if (held == null) {
      throw new IllegalStateException(path + " is used by another process");
    }
  }

  /** Opens MapDB, or reopens it: then it forgets what it has in memory. */
  private void openMapDb() throws IOException {
    try {
      JournaledVolume volume = new JournaledVolume(pages, directory);
      boolean exists = volume.getLong(0) != 0;
      // Not by DBMaker, which knows no store without a checksum of the whole header for each change (the page store has its own
      // checksums), and needs a context class loader.
      StoreDirect store = new StoreDirect(null, VolumeFactory.wrap(volume, exists), false, 0, false, 0,
          CC.PAGE_SIZE, 0, false, false, false, false, false, false);
      db = new DB(store, exists, false, DB.class.getClassLoader(), 0);
      partitions = db.treeMap("partitions", Serializer.LONG, Serializer.BYTE_ARRAY).valuesOutsideNodesEnable().createOrOpen();
      garbage = db.treeMap("garbage", Serializer.LONG, Serializer.BYTE_ARRAY).createOrOpen();
      tables = db.treeMap("tables", Serializer.STRING, Serializer.BYTE_ARRAY).valuesOutsideNodesEnable().createOrOpen();
      pages.commit();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (DBException e) {
      throw new IOException("MapDB cannot open " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Records by their number. Used under a lock only, like the maps below. */
  Store store() {
    return db.getStore();
  }

  /** What is kept of each partition, by the partition's number. */
  BTreeMap<Long, byte[]> partitions() {
    return partitions;
  }

  /** Numbers of the records of segments that are not used any more, or not yet. */
  BTreeMap<Long, byte[]> garbage() {
    return garbage;
  }

  /** Tables and counters by name. */
  BTreeMap<String, byte[]> tables() {
    return tables;
  }

  /** @return the last change; under a lock */
  long sequence() {
    return pages.sequence();
  }

  /** Reads, concurrently with other readers. */
  <T> T read(Call<T> call) throws IOException {
    lock.readLock().lock();
    try {
      refuseIfClosed();
      return translated(call);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** As {@link #change(Call, Consumer)}, for callers that keep nothing of it in memory. */
  <T> T change(Call<T> call) throws IOException {
    return change(call, result -> { });
  }

  /**
   * Changes something: when this returns, the whole change survives the end of the process, or nothing is changed.
   *
   * @param call makes the change; when it throws an exception, nothing is changed and the exception is passed on
   * @param afterwards receives the result when the change is complete, before any reader can see it
   */
  <T> T change(Call<T> call, Consumer<T> afterwards) throws IOException {
    lock.writeLock().lock();
    try {
      refuseIfClosed();
      awaitCheckpoint();
      boolean done = false;
      try {
        T result = translated(call);
        pages.commit();
        done = true;
        afterwards.accept(result);
        requestCheckpoint();
        return result;
      } finally {
        if (!done) {
          pages.rollback();
          if (pages.broken() == null) {
            openMapDb();
          } else {
            reportBroken();
          }
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private <T> T translated(Call<T> call) throws IOException {
    try {
      return call.on(this);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (DBException e) {
      throw new IOException("MapDB failed: " + e.getMessage(), e);
    }
  }

  private void refuseIfClosed() throws IOException {
    if (closed) {
      throw new IOException("the storage engine is closed");
    }
  }

  private boolean isBeyond(int factor) {
    return pages.journalBytes() > (long) limits.dueBytes() * factor || pages.dirtyPages() > limits.duePages() * factor;
  }

  private void requestCheckpoint() {
    if (!checkpointQueued && isBeyond(1)) {
      checkpointQueued = true;
      background.run("move changes from the journal to their places", unlessBroken(this::checkpoint));
    }
  }

  /** Reports once that the database is broken. */
  private Background.Task unlessBroken(Background.Task task) {
    return () -> {
      try {
        task.run();
      } catch (IOException e) {
        if (pages.broken() == null) {
          throw e;
        }
        LOG.debug("Not done because the database is broken directory={}", directory, e);
      }
    };
  }

  /** Runs a task in the background periodically. */
  void every(long periodNanos, Background.Task task) {
    background.every(periodNanos, "maintain the database", unlessBroken(task));
  }

  /** Runs a task in the background. @param what continues the message "cannot ..." */
  void inBackground(String what, Background.Task task) {
    background.run(what, unlessBroken(task));
  }

  private void awaitCheckpoint() throws IOException {
    if (background.isCurrentThread()) {
      // It would wait for itself.
      return;
    }
    long left = TimeUnit.SECONDS.toNanos(CHECKPOINT_WAIT_SECONDS);
    while (isBeyond(Limits.HARD_FACTOR)) {
      checkpointQueued = false;
      requestCheckpoint();
      try {
        left = checkpointEnded.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the journal was full", e);
      }
      refuseIfClosed();
      if (isBeyond(Limits.HARD_FACTOR) && (checkpointFailure != null || left <= 0)) {
        throw new IOException("the journal is full, and no checkpoint gets through"
            + (checkpointFailure == null ? "" : ": " + checkpointFailure.getMessage()), checkpointFailure);
      }
    }
  }

  /** Moves changes to their places if there are many: for background work that changes much. */
  void checkpointIfDue() throws IOException {
    lock.readLock().lock();
    boolean due;
    try {
      due = isBeyond(1);
    } finally {
      lock.readLock().unlock();
    }
    if (due) {
      checkpoint();
    }
  }

  /** Moves changes to their places. One thread at a time. */
  synchronized void checkpoint() throws IOException {
    boolean begun = false;
    IOException failure = null;
    try {
      begun = atomically(pages::beginCheckpoint);
      if (begun) {
        pages.writeCheckpoint();
        atomically(() -> {
          pages.endCheckpoint();
          return true;
        });
      }
    } catch (IOException e) {
      failure = e;
      throw e;
    } finally {
      lock.writeLock().lock();
      checkpointQueued = false;
      checkpointFailure = failure;
      checkpointEnded.signalAll();
      lock.writeLock().unlock();
    }
  }

  /** A step of a checkpoint. */
  @FunctionalInterface
  private interface Step {
    boolean run() throws IOException;
  }

  private boolean atomically(Step step) throws IOException {
    synchronized (pages.forcing()) {
      lock.writeLock().lock();
      try {
        return step.run();
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  /** Makes all changes up to one survive a crash of the machine. */
  void force(long sequence) throws IOException {
    try {
      pages.force(sequence);
    } finally {
      if (pages.broken() != null) {
        reportBroken();
      }
    }
  }

  private void reportBroken() {
    if (brokenReported.compareAndSet(false, true)) {
      faults.onFault("cannot go on with the database in " + directory + " until it is opened again", pages.broken());
    }
  }

  /** @return the last change that survives a crash of the machine */
  long forcedSequence() {
    return pages.forcedSequence();
  }

  /** @return why all calls fail until the database is reopened; null when they do not */
  IOException broken() {
    return pages.broken();
  }

  /** Moves all changes to their places and closes the files. */
  @Override
  public void close() throws IOException {
    background.close();
    try {
      checkpoint();
    } finally {
      lock.writeLock().lock();
      try {
        closed = true;
        checkpointEnded.signalAll();
        pages.close();
      } finally {
        lock.writeLock().unlock();
        lockFile.close();
      }
    }
  }
}
