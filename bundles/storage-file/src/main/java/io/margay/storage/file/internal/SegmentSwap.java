package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Replaces a range of segments by others so that after a crash either all old or all new ones are there:
 *
 * <pre>
 *   1. the new ones are written as  BASE.log.cleaned  and forced        crash: they are deleted
 *   2. FROM.swap, which names range and new segments, appears           the decision
 *   3. old ones are deleted, new ones renamed to BASE.log               crash: done again from the beginning
 *   4. FROM.swap is deleted
 * </pre>
 *
 * Step 3 can be repeated: a new segment whose {@code .cleaned} file is gone is in place already. Kafka renames each new segment to
 * {@code .swap} instead; with several segments, a crash in between leaves some old and some new ones, which it must guess apart.
 *
 * @param from base offset of the first segment to replace
 * @param to segments with this or a higher base offset stay
 * @param bases base offsets of the new segments
 */
record SegmentSwap(long from, long to, List<Long> bases) {
  private static final String VERSION = "0";

  /** Step 2. */
  void decide(Path directory) throws IOException {
    StringBuilder text = new StringBuilder(VERSION).append('\n').append(from).append('\n').append(to).append('\n');
    bases.forEach(base -> text.append(base).append('\n'));
    DurableFiles.replace(file(directory), true, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private Path file(Path directory) {
    return directory.resolve(SegmentNames.of(from, SegmentNames.SWAP));
  }

  /**
   * @return the decision in a file; null when it contains none, which only a crash before the decision leaves
   */
  static SegmentSwap read(Path file) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    String[] lines = text.split("\n");
    try {
      if (lines.length < 3 || !lines[0].equals(VERSION) || !text.endsWith("\n")) {
        return null;
      }
      List<Long> bases = new ArrayList<>();
      for (int i = 3; i < lines.length; i++) {
        bases.add(Long.parseLong(lines[i]));
      }
      return new SegmentSwap(Long.parseLong(lines[1]), Long.parseLong(lines[2]), bases);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Takes the decision back. @return false when that fails, so that the next start may find it */
  boolean withdraw(Path directory) {
    try {
      Files.deleteIfExists(file(directory));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Steps 3 and 4. No thread opens files of the range meanwhile. */
  void finish(Path directory) throws IOException {
    deleteOld(directory);
    for (long base : bases) {
      Path cleaned = directory.resolve(SegmentNames.of(base, SegmentNames.CLEANED));
      if (Files.exists(cleaned)) {
        SegmentIndex.deleteFiles(directory, base);
        Files.move(cleaned, SegmentNames.log(directory, base), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    end(directory);
  }

  /** The first half of step 3; segments that are replaced under the same name are overwritten by the renaming. */
  void deleteOld(Path directory) throws IOException {
    for (String name : names(directory)) {
      long base = SegmentNames.baseOffset(name, SegmentNames.LOG);
      if (base < from || base >= to) {
        continue;
      }
      SegmentIndex.deleteFiles(directory, base);
      if (!bases.contains(base)) {
        Files.delete(directory.resolve(name));
      }
    }
  }

  /** Step 4. */
  void end(Path directory) throws IOException {
    DurableFiles.syncDirectory(directory);
    Files.delete(file(directory));
  }

  static String[] names(Path directory) throws IOException {
    String[] names = directory.toFile().list();
    if (names == null) {
      throw new IOException("cannot list the directory " + directory);
    }
    return names;
  }
}
