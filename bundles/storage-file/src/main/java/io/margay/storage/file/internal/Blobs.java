package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The small files of a log's user, which lie beside its segments. */
final class Blobs {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9.-]{1,200}");

  private Blobs() {
  }

  static byte[] read(Path directory, String name) throws IOException {
    try {
      return Files.readAllBytes(path(directory, name));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  static void write(Path directory, String name, byte[] bytes, boolean sync) throws IOException {
    DurableFiles.write(path(directory, name), bytes, sync);
  }

  static void delete(Path directory, String name) throws IOException {
    Files.deleteIfExists(path(directory, name));
  }

  static List<String> list(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : SegmentSwap.names(directory)) {
      if (isName(name)) {
        names.add(name);
      }
    }
    return names;
  }

  private static boolean isName(String name) {
    return NAME.matcher(name).matches() && !name.startsWith(".") && !SegmentNames.isReserved(name);
  }

  private static Path path(Path directory, String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("not a name of a blob: '" + name
          + "', expected letters, digits, '-' and '.', and no suffix of segments");
    }
    return directory.resolve(name);
  }
}
