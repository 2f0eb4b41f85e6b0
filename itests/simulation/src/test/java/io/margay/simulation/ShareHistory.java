package io.margay.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What members of a share group were given of a partition, and what became of it. */
final class ShareHistory {
  static final String DONE_ONCE = "nothing that was acknowledged and confirmed is delivered again";
  static final String ALL_DONE = "every record is acknowledged or delivered again";

  private final Invariants invariants;
  /** When it was confirmed that a record is done, by offset. */
  private final Map<Long, Long> confirmed = new HashMap<>();
  /** Those that a member has acknowledged, perhaps in vain. */
  private final Set<Long> tried = new HashSet<>();
  private long deliveries;

  ShareHistory(Invariants invariants) {
    this.invariants = invariants;
  }

  /**
   * A member got a record.
   *
   * @param askedMicros when it sent the request
   */
  void delivered(String member, long offset, int count, long askedMicros) {
    deliveries++;
    Long done = confirmed.get(offset);
    if (done != null && done < askedMicros) {
      invariants.fail(DONE_ONCE, "%s got offset %d for the %d. time, %d ms after it was confirmed that it is done", member, offset, count,
          (askedMicros - done) / 1000);
    }
  }

  /** A member says that a record is done. */
  void acknowledging(long offset) {
    tried.add(offset);
  }

  /** A member was told that a record is done. */
  void confirmed(long offset, long nowMicros) {
    confirmed.putIfAbsent(offset, nowMicros);
  }

  /** The first offset before an end that nobody has acknowledged; the end when there is none. */
  long firstOpen(long end) {
    for (long offset = 0; offset < end; offset++) {
      if (!tried.contains(offset)) {
        return offset;
      }
    }
    return end;
  }

  int confirmations() {
    return confirmed.size();
  }

  long deliveries() {
    return deliveries;
  }
}
