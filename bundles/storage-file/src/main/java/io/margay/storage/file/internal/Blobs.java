package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The small files of a log's user, which are stored beside its segments. */
final class Blobs {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9.-]{1,200}");

  private final Path directory;
  /** The files that existed when the log was opened; null when that is unknown or may have changed. */
  private volatile List<String> known;

  Blobs(Path directory) {
    this.directory = directory;
  }

  /** @param files all files of the directory, just listed: listing it again would cost a good part of the opening */
  void listed(String[] files) {
    known = among(files);
  }

  byte[] read(String name) throws IOException {
    Path path = path(name);
    List<String> there = known;
    if (there != null && !there.contains(name)) {
      return null;
    }
    try {
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  void write(String name, byte[] bytes, boolean sync) throws IOException {
    known = null;
    DurableFiles.replace(path(name), sync, ByteBuffer.wrap(bytes));
  }

  void delete(String name) throws IOException {
    known = null;
    Files.deleteIfExists(path(name));
  }

  List<String> list() throws IOException {
    List<String> there = known;
    return there != null ? there : among(SegmentSwap.names(directory));
  }

  private static List<String> among(String[] files) {
    List<String> names = new ArrayList<>(0);
    for (String name : files) {
      if (isName(name)) {
        names.add(name);
      }
    }
    return List.copyOf(names);
  }

  private static boolean isName(String name) {
    return !SegmentNames.isReserved(name) && !name.startsWith(".") && NAME.matcher(name).matches();
  }

  private Path path(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("not a name of a blob: '" + name
          + "', expected letters, digits, '-' and '.', and no suffix of segments");
    }
    return directory.resolve(name);
  }
}
