package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Small files that exist as a whole or not at all. */
final class DurableFiles {
  private DurableFiles() {
  }

  /**
   * Replaces a file's content atomically.
   *
   * @param sync whether content and name are on stable storage afterwards
   */
  static void write(Path file, byte[] bytes, boolean sync) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + SegmentNames.TEMPORARY);
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      if (sync) {
        channel.force(true);
      }
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    if (sync) {
      syncDirectory(file.getParent());
    }
  }

  /** Forces a file's content to stable storage, if the file exists. */
  static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (NoSuchFileException e) {
      // A crash would also leave it missing, and it is not essential.
      return;
    }
  }

  /** Forces the names in a directory to stable storage. */
  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
