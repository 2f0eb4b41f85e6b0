package io.margay.consensus.local.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** File operations that are on the disk when they return. */
final class DurableFiles {
  private DurableFiles() { }

  /** Replaces a file as a whole: any reader, also after a crash, finds the old or the new contents. */
  static void replace(Path file, ByteBuffer... contents) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING)) {
      for (ByteBuffer part : contents) {
        writeFully(channel, part);
      }
      channel.force(true);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(file.getParent());
  }

  static void writeFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Makes names that were created, renamed or deleted in a directory durable. */
  static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** The files of a directory that match a condition, in the order of their names. */
  static List<Path> list(Path directory, Predicate<Path> condition) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(condition).sorted(Comparator.comparing(Path::getFileName)).toList();
    }
  }

  /** The number that a file name of 20 digits and a suffix holds, -1 when it has another form. */
  static long numberOf(Path file, String suffix) {
    String name = file.getFileName().toString();
    if (name.length() != 20 + suffix.length() || !name.endsWith(suffix)) {
      return -1;
    }
    try {
      return Long.parseLong(name.substring(0, 20));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
