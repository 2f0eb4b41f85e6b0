package io.margay.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Small files that exist as a whole or not at all, also after a crash. Stateless. */
public final class DurableFiles {
  /** Ends the name of a file that is being written; what is left of one after a crash may be deleted. */
  public static final String TEMPORARY = ".tmp";

  private DurableFiles() { }

  /**
   * Replaces a file's contents atomically: any reader, also after a crash, finds the old or the new ones.
   *
   * @param file the file, whose directory exists
   * @param sync whether contents and name are on stable storage afterwards
   * @param contents the bytes, in order; consumed
   * @throws IOException when the file could not be replaced; it is as before, or replaced and not on stable storage
   */
  public static void replace(Path file, boolean sync, ByteBuffer... contents) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING)) {
      for (ByteBuffer part : contents) {
        writeFully(channel, part);
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

  /**
   * @param channel the target, at its own position
   * @param bytes consumed
   * @throws IOException when not all of them were written
   */
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Forces a file's contents to stable storage, if the file exists.
   *
   * @param file the file
   * @throws IOException when they could not be forced
   */
  public static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (NoSuchFileException e) {
      // A crash would also leave it missing, and it is not essential.
      return;
    }
  }

  /**
   * Forces the names in a directory, created, changed or deleted, to stable storage.
   *
   * @param directory the directory
   * @throws IOException when they could not be forced
   */
  public static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
