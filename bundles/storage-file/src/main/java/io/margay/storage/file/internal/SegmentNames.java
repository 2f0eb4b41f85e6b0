package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names of the files in a partition's directory. Those of segments are the base offset with 20 digits and a suffix, as in Kafka.
 */
final class SegmentNames {
  static final String LOG = ".log";
  static final String INDEX = ".index";
  static final String TIME_INDEX = ".timeindex";
  /** A segment of a replacement that is not yet decided, or not yet in place. */
  static final String CLEANED = ".log.cleaned";
  /** The decision to replace segments. */
  static final String SWAP = ".swap";
  /** About to be deleted. */
  static final String DELETED = ".deleted";
  /** Incomplete; never read. */
  static final String TEMPORARY = DurableFiles.TEMPORARY;
  static final String METADATA = "partition.metadata";
  private static final AtomicLong TEMPORARY_INDEXES = new AtomicLong();
  private static final int DIGITS = 20;

  private SegmentNames() {
  }

  static String of(long baseOffset, String suffix) {
    String digits = Long.toString(baseOffset);
    return "0".repeat(DIGITS - digits.length()) + digits + suffix;
  }

  /** @return a suffix for an index that is being written; no two are the same */
  static String temporaryIndex() {
    return "." + TEMPORARY_INDEXES.incrementAndGet() + TEMPORARY;
  }

  static Path log(Path directory, long baseOffset) {
    return directory.resolve(of(baseOffset, LOG));
  }

  static Path index(Path directory, long baseOffset) {
    return directory.resolve(of(baseOffset, INDEX));
  }

  static Path timeIndex(Path directory, long baseOffset) {
    return directory.resolve(of(baseOffset, TIME_INDEX));
  }

  /** @return the base offset in a name of 20 digits and the given suffix; -1 for any other name */
  static long baseOffset(String name, String suffix) {
    if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
      return -1;
    }
    for (int i = 0; i < DIGITS; i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return -1;
      }
    }
    try {
      return Long.parseLong(name, 0, DIGITS, 10);
    } catch (NumberFormatException e) {
      // More than a long holds: no offset.
      return -1;
    }
  }

  /** @return whether a file belongs to the engine, not to the user of the log */
  static boolean isReserved(String name) {
    return name.endsWith(LOG) || name.endsWith(INDEX) || name.endsWith(TIME_INDEX) || name.endsWith(CLEANED)
        || name.endsWith(SWAP)
        || name.endsWith(DELETED) || name.endsWith(TEMPORARY) || name.equals(METADATA);
  }
}
