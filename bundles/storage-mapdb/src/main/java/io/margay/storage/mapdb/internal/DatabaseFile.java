package io.margay.storage.mapdb.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that all partitions share. The interruption of a thread closes a {@link FileChannel} for all users. Here the channel is
 * opened again and the call repeated, and the thread's interrupt flag is set again afterwards. Safe for all threads.
 */
final class DatabaseFile implements AutoCloseable {
  private final Path path;
  private final Disk disk;
  private volatile FileChannel channel;
  private boolean closed;

  /** A positional read, write or similar call, which may be repeated. */
  @FunctionalInterface
  private interface Call<T> {
    T on(FileChannel channel) throws IOException;
  }

  /** Opens a file, creating it when it is missing. */
  DatabaseFile(Path path, Disk disk) throws IOException {
    this.path = path;
    this.disk = disk;
    channel = openChannel();
  }

  private FileChannel openChannel() throws IOException {
    return disk.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private <T> T call(Call<T> call) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        FileChannel current = channel;
        try {
          return call.on(current);
        } catch (ClosedChannelException e) {
          // Also closed by the interruption of another thread.
          interrupted |= Thread.interrupted();
          openAgain(current, e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized void openAgain(FileChannel old, ClosedChannelException cause) throws IOException {
    if (closed) {
      throw new IOException(path + " is closed", cause);
    }
    if (channel == old) {
      channel = openChannel();
    }
  }

  Path path() {
    return path;
  }

  long size() throws IOException {
    return call(FileChannel::size);
  }

  /**
   * Fills a buffer up to its limit and flips it.
   *
   * @throws EOFException when the file ends before
   */
  void read(ByteBuffer target, long position) throws IOException {
    int start = target.position();
    call(open -> {
      target.position(start);
      while (target.hasRemaining()) {
        if (open.read(target, position + target.position() - start) < 0) {
          throw new EOFException(path + " ends at " + (position + target.position() - start) + ", expected "
              + target.remaining() + " more bytes");
        }
      }
      return null;
    });
    target.flip();
  }

  /** Writes what remains of a buffer. After a failure a part of it may be written. */
  void write(ByteBuffer source, long position) throws IOException {
    int start = source.position();
    call(open -> {
      source.position(start);
      while (source.hasRemaining()) {
        open.write(source, position + source.position() - start);
      }
      return null;
    });
  }

  void truncate(long size) throws IOException {
    call(open -> open.truncate(size));
  }

  void force() throws IOException {
    call(open -> {
      open.force(true);
      return null;
    });
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    channel.close();
  }
}
