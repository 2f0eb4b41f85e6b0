package io.margay.storage.file.internal;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The {@code .log} file of a segment. It is opened when it is needed and may be closed in between, so that thousands of idle
 * partitions hold no file open. Once retired it is never opened again: its path may belong to another file by then.
 */
final class SegmentFile {
  private final SegmentResources resources;
  /** Changes when a segment of a replacement is put in place. Changed under this. */
  private volatile Path path;
  private volatile FileHandle handle;
  private volatile long lastUsedNanos;
  /** Whether it was used since the last check of {@link OpenFiles}. */
  private volatile boolean used = true;
  private boolean retired;

  /** @param channel already open, owned from now on; or null */
  SegmentFile(SegmentResources resources, Path path, FileChannel channel) {
    this.resources = resources;
    this.path = path;
    this.handle = channel == null ? null : new FileHandle(channel);
    if (channel != null) {
      resources.files().opened(this);
    }
  }

  Disk disk() {
    return resources.disk();
  }

  SegmentResources resources() {
    return resources;
  }

  Path path() {
    return path;
  }

  /**
   * @return the open file, to be released by the caller; null when the file is retired, and the caller uses the new segments
   */
  FileHandle acquire() throws IOException {
    if (!used) {
      used = true;
    }
    FileHandle current = handle;
    // An interrupted thread that reads closes the channel for all others: it is opened again then.
    if (current != null && current.channel().isOpen() && current.tryAcquire()) {
      return current;
    }
    return acquireOpening();
  }

  private FileHandle acquireOpening() throws IOException {
    FileHandle opened = null;
    FileHandle current;
    synchronized (this) {
      if (retired) {
        return null;
      }
      current = handle;
      if (current == null || !current.channel().isOpen()) {
        opened = new FileHandle(disk().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        release();
        handle = opened;
        current = opened;
      }
      if (!current.tryAcquire()) {
        throw new IllegalStateException("the handle of " + path + " was released more often than it was acquired");
      }
    }
    if (opened != null) {
      resources.files().opened(this);
    }
    return current;
  }

  /** @return whether it was used since the last call */
  boolean takeUsed() {
    boolean was = used;
    used = false;
    return was;
  }

  /** Closes the file as soon as it has no readers; it is opened again when needed. */
  void close() {
    if (handle != null) {
      resources.files().closed(this);
    }
    release();
  }

  private synchronized void release() {
    FileHandle current = handle;
    handle = null;
    if (current != null) {
      current.release();
    }
  }

  /** Ends this object: the file can no longer be acquired; current readers may finish. */
  void retire() {
    synchronized (this) {
      retired = true;
    }
    close();
  }

  /** Ends this object. @return the channel, owned by the caller, when there were no readers; else null */
  FileChannel retireAndTake() throws IOException {
    resources.files().closed(this);
    synchronized (this) {
      FileHandle current = handle;
      if (current == null || !current.channel().isOpen()) {
        FileChannel channel = disk().open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        retired = true;
        release();
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
  }

  /** Renames the file, which is opened under the new name from now on. */
  synchronized void moveTo(Path target) throws IOException {
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    path = target;
  }

  void touch(long nanos) {
    lastUsedNanos = nanos;
  }

  long lastUsedNanos() {
    return lastUsedNanos;
  }

  /** Writes bytes, all of them. */
  static void write(FileChannel channel, ByteBuf batches, long position) throws IOException {
    int index = batches.readerIndex();
    int length = batches.readableBytes();
    if (batches.nioBufferCount() == 1) {
      // No copy and no new object: the buffer's own NIO view.
      writeFully(channel, batches.internalNioBuffer(index, length), position);
      return;
    }
    long at = position;
    for (ByteBuffer part : batches.nioBuffers(index, length)) {
      at += writeFully(channel, part, at);
    }
  }

  private static int writeFully(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    int length = bytes.remaining();
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    return length;
  }

  /** Removes the remains of a failed write. The JDK closes the channel of an interrupted writer, hence a new one. */
  void cutAfterFailure(int start, Exception cause) throws BrokenStoreException {
    boolean interrupted = Thread.interrupted();
    try {
      FileHandle handle = acquire();
      try {
        if (handle.channel().size() > start) {
          handle.channel().truncate(start);
        }
      } finally {
        handle.release();
      }
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
      throw new BrokenStoreException("cannot remove the rest of a failed append from " + path, cause);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
