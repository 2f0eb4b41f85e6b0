package io.margay.launcher;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * Allows one process per data directory: a file that holds the process id and is locked while the process lives. The kernel
 * releases the lock with the process, so a file that a crash left behind never prevents the next start.
 */
final class InstanceLock implements Closeable {
  private final FileChannel channel;

  private InstanceLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock and writes this process's id.
   *
   * @throws IOException if another process holds it, or the directory cannot be written
   */
  static InstanceLock acquire(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      OptionalLong owner = read(file);
      throw new IOException(file.getParent() + " is in use by process " + (owner.isPresent() ? owner.getAsLong() : "(unknown)"));
    }
    channel.truncate(0);
    byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    channel.write(ByteBuffer.wrap(pid), 0);
    return new InstanceLock(channel);
  }

  /** The process that holds the lock now; empty if there is none. */
  static OptionalLong owner(Path file) throws IOException {
    if (!Files.exists(file)) {
      return OptionalLong.empty();
    }
    // To read it is enough, so that the broker of another user is seen, too.
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
      return lock == null ? read(file) : OptionalLong.empty();
    }
  }

  private static OptionalLong read(Path file) throws IOException {
    String text = Files.readString(file).strip();
    return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
  }

  /**
   * Called last: afterwards, another process may use the directory. The file stays. If it were deleted, a process that has already
   * opened it would lock a file that no other process sees.
   */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.truncate(0);
      channel.close();
    }
  }
}
