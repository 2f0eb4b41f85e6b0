package io.margay.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The jars below {@code bundles/}: one directory for each start level, its name is the level's number. */
final class BundleDirectory {
  private BundleDirectory() {}

  /**
   * Lists the jars by start level, each level's jars sorted by name so that bundle ids are the same on each start.
   *
   * @throws IOException if the directory cannot be read, holds a directory that is no start level, or no jar at all
   */
  static SortedMap<Integer, List<Path>> scan(Path directory) throws IOException {
    // java.io.File: the directory streams of java.nio load about forty more classes.
    File[] entries = directory.toFile().listFiles();
    if (entries == null) {
      throw new IOException("cannot read " + directory);
    }
    SortedMap<Integer, List<Path>> levels = new TreeMap<>();
    for (File entry : entries) {
      String[] names = entry.list();
      if (names == null) {
        continue;
      }
      int level = level(entry.getName(), directory);
      Arrays.sort(names);
      List<Path> jars = new ArrayList<>(names.length);
      for (String name : names) {
        if (name.endsWith(".jar")) {
          jars.add(entry.toPath().resolve(name));
        }
      }
      if (!jars.isEmpty()) {
        levels.put(level, jars);
      }
    }
    if (levels.isEmpty()) {
      throw new IOException("no bundles in " + directory);
    }
    return levels;
  }

  private static int level(String name, Path directory) throws IOException {
    try {
      int level = Integer.parseInt(name);
      if (level >= 1 && level <= 99) {
        return level;
      }
    } catch (NumberFormatException e) {
      // refused below, like a number out of range
    }
    throw new IOException(directory.resolve(name) + " is no start level, expected a number from 01 to 99");
  }
}
