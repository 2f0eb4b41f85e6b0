package io.margay.coordinator;

import java.util.List;

/** Cuts a divisible result into parts that fit into a batch. */
final class BatchParts {
  /** Half of the default {@code max.message.bytes}; a topic that takes less makes the parts smaller still. */
  static final int PART_BYTES = 512 * 1024;
  /** Lengths and deltas of a record, about. */
  private static final int RECORD_OVERHEAD_BYTES = 32;

  private BatchParts() { }

  /**
   * @param records all records
   * @param from index of the first record of the part
   * @param most how many records it may have, at least 1
   * @return exclusive end of the part; it has at least one record
   */
  static int end(List<CoordinatorRecord> records, int from, int most) {
    long bytes = 0;
    int to = from;
    int limit = (int) Math.min(records.size(), (long) from + most);
    while (to < limit) {
      CoordinatorRecord r = records.get(to);
      bytes += RECORD_OVERHEAD_BYTES + r.key().length + (r.value() == null ? 0 : r.value().length);
      if (bytes > PART_BYTES && to > from) {
        break;
      }
      to++;
    }
    return to;
  }
}
