package io.margay.groups.internal.streams;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the record of a group epoch says. Immutable.
 *
 * @param epoch the group epoch
 * @param metadataHash tells whether the topics have changed
 * @param validatedEpoch the epoch of the topology whose topics were all there; -1 when they are not
 * @param configs the settings of the assignment by name
 */
record GroupMark(int epoch, long metadataHash, int validatedEpoch, SortedMap<String, String> configs) {
  /** Of a new group. Its members reach this epoch before they have tasks, because 0 is that of joining. */
  static final GroupMark NEW = new GroupMark(1, 0, -1, new TreeMap<>());

  /** Keeps its own settings. */
  GroupMark {
    configs = Collections.unmodifiableSortedMap(new TreeMap<>(configs));
  }
}
