package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the number of open segment files, so that descriptors are left for connections. When there are too many, the least
 * recently used files are closed; they are opened again when needed. A file that is being read stays open until the read ends, so
 * the bound may be exceeded for a while. Safe for all threads.
 */
final class OpenFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String LIMIT_LINE = "Max open files";
  private static final int UNKNOWN_LIMIT = 1024;
  private static final int MOST = 4096;
  private static final int LEAST = 16;

  private final int limit;
  /** In the order of their opening; files that were used since they reached the front go back once more. Guarded by this. */
  private final Set<SegmentFile> open = new LinkedHashSet<>();

  /** @param limit how many may be open; 0 is half of the descriptors that the process may have, at most 4096 */
  OpenFiles(int limit) {
    this.limit = Math.max(LEAST, limit > 0 ? limit : Math.min(MOST, descriptors() / 2));
  }

  int limit() {
    return limit;
  }

  /** @return how many descriptors the process may have; a small number when the system does not tell */
  static int descriptors() {
    try {
      if (Files.isReadable(LIMITS)) {
        for (String line : Files.readAllLines(LIMITS)) {
          if (line.startsWith(LIMIT_LINE)) {
            String soft = line.substring(LIMIT_LINE.length()).trim().split("\\s+")[0];
            return soft.equals("unlimited") ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
          }
        }
      }
    } catch (IOException | NumberFormatException e) {
      LOG.debug("The limit of open files is not known", e);
    }
    return UNKNOWN_LIMIT;
  }

  /** Called after a file was opened. The caller holds no lock of a file. */
  void opened(SegmentFile file) {
    SegmentFile victim;
    synchronized (this) {
      open.add(file);
      victim = open.size() > limit ? pollVictim() : null;
    }
    if (victim != null) {
      victim.close();
    }
  }

  private SegmentFile pollVictim() {
    SegmentFile victim = null;
    for (int left = open.size(); left > 0 && victim == null; left--) {
      SegmentFile candidate = pollFirst();
      if (candidate.takeUsed()) {
        open.add(candidate);
      } else {
        victim = candidate;
      }
    }
    return victim == null ? pollFirst() : victim;
  }

  private SegmentFile pollFirst() {
    Iterator<SegmentFile> files = open.iterator();
    SegmentFile first = files.next();
    files.remove();
    return first;
  }

  /** Called after a file was closed for another reason. */
  synchronized void closed(SegmentFile file) {
    open.remove(file);
  }

  synchronized int count() {
    return open.size();
  }
}
