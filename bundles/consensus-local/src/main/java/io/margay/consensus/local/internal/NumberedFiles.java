package io.margay.consensus.local.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Files of a directory that are numbered by their names. */
final class NumberedFiles {
  private NumberedFiles() { }

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
