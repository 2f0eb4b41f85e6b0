package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The {@code .log} file of a segment. It is opened when somebody needs it and may be closed in between, so that thousands of
 * idle partitions hold no file open. Once retired it is never opened again: its path may belong to another file by then.
 */
final class SegmentFile {
  private final Disk disk;
  private final Path path;
  private volatile FileHandle handle;
  private volatile long lastUsedNanos;
  private boolean retired;

  /** @param channel already open, owned from now on; or null */
  SegmentFile(Disk disk, Path path, FileChannel channel) {
    this.disk = disk;
    this.path = path;
    this.handle = channel == null ? null : new FileHandle(channel);
  }

  Disk disk() {
    return disk;
  }

  Path path() {
    return path;
  }

  /**
   * @return the open file, to be released by the caller; null when the file is retired, and the caller looks for the new
   * segments
   */
  FileHandle acquire() throws IOException {
    FileHandle current = handle;
    // A thread that is interrupted while it reads closes the channel under everybody: it is opened again then.
    if (current != null && current.channel().isOpen() && current.tryAcquire()) {
      return current;
    }
    return acquireOpening();
  }

  private synchronized FileHandle acquireOpening() throws IOException {
    if (retired) {
      return null;
    }
    FileHandle current = handle;
    if (current == null || !current.channel().isOpen()) {
      FileHandle opened = new FileHandle(disk.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
      close();
      handle = opened;
      current = opened;
    }
    if (!current.tryAcquire()) {
      throw new IllegalStateException("the handle of " + path + " was released by somebody else");
    }
    return current;
  }

  /** Closes the file as soon as nobody reads it; it is opened again when needed. */
  synchronized void close() {
    FileHandle current = handle;
    handle = null;
    if (current != null) {
      current.release();
    }
  }

  /** Ends this object: nobody can acquire it any more; those who did may finish. */
  synchronized void retire() {
    retired = true;
    close();
  }

  /** Ends this object. @return the channel, owned by the caller, when nobody was reading; else null */
  synchronized FileChannel retireAndTake() throws IOException {
    FileHandle current = handle;
    if (current == null || !current.channel().isOpen()) {
      FileChannel channel = disk.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      retire();
      return channel;
    }
    retired = true;
    handle = null;
    if (current.tryTake()) {
      return current.channel();
    }
    current.release();
    return null;
  }

  void touch(long nanos) {
    lastUsedNanos = nanos;
  }

  long lastUsedNanos() {
    return lastUsedNanos;
  }
}
