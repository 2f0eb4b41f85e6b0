package io.margay.storage.file.internal;

import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;

/** A partition that the engine holds. It is opened and deleted under its monitor. */
final class PartitionEntry {
  private final LogDirectory directory;
  private final Path path;
  private final TopicPartition partition;
  /** Null until it is read: the start does not wait for the ids of thousands of partitions. */
  private volatile TopicIdPartition id;
  private volatile FileLogStore store;
  /** Whether its files are as a clean close left them, or were created in this run; false while it is open. */
  private volatile boolean clean;
  /** Whether what an earlier process wrote still exists, flushed or not; false once it was opened in this run. */
  private volatile boolean written;
  /** Whether it existed at start and was not examined yet. Guarded by this. */
  private boolean doubtful;
  /** Whether a copy in a directory that is offline may be the log instead. */
  private volatile boolean uncertain;
  private volatile long recoveryPoint;
  /** Whether a flush failed, so that the kernel may have dropped pages that it considers written. */
  private volatile boolean flushFailed;

  /** @param id null when it has to be read from the directory */
  PartitionEntry(TopicPartition partition, TopicIdPartition id, LogDirectory directory, Path path, boolean clean) {
    this.partition = partition;
    this.id = id;
    this.directory = directory;
    this.path = path;
    this.clean = clean;
    this.written = directory.keptPageCache();
    this.doubtful = !clean && !written;
    this.recoveryPoint = directory.recoveryPoint(partition);
  }

  void uncertain(boolean now) {
    uncertain = now;
  }

  /** @throws IOException when a copy in a directory that is offline may be the log instead */
  void requireCertain() throws IOException {
    if (uncertain) {
      throw new IOException("the log in " + path + " cannot be used while log directories are offline, because a move to one of them may have "
          + "come to its end");
    }
  }

  TopicPartition partition() {
    return partition;
  }

  /** @return its id; the topic id is zero when no file contains it */
  TopicIdPartition id() throws IOException {
    TopicIdPartition known = id;
    return known != null ? known : readId();
  }

  private synchronized TopicIdPartition readId() throws IOException {
    if (id == null) {
      id = new TopicIdPartition(LogDirectory.readTopicId(path), partition);
    }
    return id;
  }

  LogDirectory directory() {
    return directory;
  }

  Path path() {
    return path;
  }

  FileLogStore store() {
    return store;
  }

  boolean clean() {
    return clean;
  }

  /** @return true once when it was in doubt; the caller has recovered or deleted it */
  synchronized boolean takeDoubt() {
    boolean taken = doubtful;
    doubtful = false;
    return taken;
  }

  boolean written() {
    return written;
  }

  /** @return offset below which everything is on stable storage */
  long recoveryPoint() {
    FileLogStore current = store;
    return current == null ? recoveryPoint : current.flushedOffset();
  }

  synchronized void adopt(TopicIdPartition newId) {
    id = newId;
  }

  void onFlushFailed() {
    flushFailed = true;
  }

  /** @return true once after a flush has failed; the caller writes again what was not flushed */
  boolean takeFlushFailed() {
    boolean failed = flushFailed;
    flushFailed = false;
    return failed;
  }

  void onOpened(FileLogStore opened) {
    store = opened;
    clean = false;
    written = false;
  }

  void onClosed(long flushedOffset, boolean inGoodOrder) {
    recoveryPoint = flushedOffset;
    clean = inGoodOrder;
    store = null;
  }
}
