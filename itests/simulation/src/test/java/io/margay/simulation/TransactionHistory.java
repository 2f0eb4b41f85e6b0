package io.margay.simulation;

import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the producers of all transactional ids did and were told, and what consumers that read what is committed were given. */
final class TransactionHistory {
  static final String ALL_OR_NOTHING = "a transaction becomes visible as a whole, when its producer asked for it, or not at all";
  static final String NOTHING_LOST = "what was committed and acknowledged is visible";
  static final String ONCE = "no record of a transaction is visible twice";
  static final String NO_ZOMBIE = "a producer that was fenced writes nothing";
  static final String IN_ORDER = "records of a transaction are visible in their order";

  /** One transaction of one producer. */
  final class Transaction {
    private final String id;
    private final short epoch;
    private final boolean zombie;
    /** By value, with the partition that it was sent to. */
    private final Map<String, TopicPartition> sent = new LinkedHashMap<>();
    private final List<String> visible = new ArrayList<>();
    private long offset = NO_OFFSET;
    private boolean commitAsked;
    private boolean committed;

    private Transaction(String id, short epoch) {
      this.id = id;
      this.epoch = epoch;
      this.zombie = epoch < newest.getOrDefault(id, (short) -1);
    }

    void sending(TopicPartition tp, List<String> values) {
      values.forEach(value -> {
        sent.put(value, tp);
        byValue.put(value, this);
      });
    }

    /** An offset is to be committed with it. */
    void sending(long committedOffset) {
      offset = committedOffset;
      offsets.add(this);
    }

    void acknowledged() {
      checkAlive("records were acknowledged");
    }

    void askingForCommit() {
      commitAsked = true;
    }

    void committed() {
      checkAlive("a commit was acknowledged");
      committed = true;
      commits++;
    }

    private void checkAlive(String what) {
      if (zombie) {
        invariants.fail(NO_ZOMBIE, "%s: %s, but a later producer had been initialised before it began", this, what);
      }
    }

    private void check() {
      if (!visible.isEmpty() && visible.size() < sent.size()) {
        invariants.fail(ALL_OR_NOTHING, "%s: of %s only %s are visible", this, sent.keySet(), visible);
      } else if (committed && visible.isEmpty()) {
        invariants.fail(NOTHING_LOST, "%s was committed, but of %s nothing is visible", this, sent.keySet());
      }
    }

    @Override
    public String toString() {
      return "the transaction of " + id + " with epoch " + epoch;
    }
  }

  static final String OFFSET_WITH_RECORDS = "an offset is committed with the records of its transaction, or not at all";

  private static final long NO_OFFSET = 0;

  private final Invariants invariants;
  private final Map<String, Transaction> byValue = new HashMap<>();
  private final List<Transaction> all = new ArrayList<>();
  /** Those with an offset of the one group, in their order; the offsets ascend. */
  private final List<Transaction> offsets = new ArrayList<>();
  /** The highest epoch that a producer of a transactional id was initialised with. */
  private final Map<String, Short> newest = new HashMap<>();
  private int commits;

  TransactionHistory(Invariants invariants) {
    this.invariants = invariants;
  }

  int commits() {
    return commits;
  }

  void initialised(String id, short epoch) {
    newest.merge(id, epoch, (a, b) -> a > b ? a : b);
  }

  Transaction begin(String id, short epoch) {
    Transaction t = new Transaction(id, epoch);
    all.add(t);
    return t;
  }

  /** A consumer that reads what is committed was given a record. */
  void visible(TopicPartition tp, String value) {
    Transaction t = byValue.get(value);
    if (t == null || !tp.equals(t.sent.get(value))) {
      throw invariants.fail(ALL_OR_NOTHING, "%s: %s is visible, but was not sent there", tp, value);
    }
    if (!t.commitAsked) {
      invariants.fail(ALL_OR_NOTHING, "%s: %s is visible, but nobody asked to commit %s", tp, value, t);
    }
    t.checkAlive("records are visible");
    if (t.visible.contains(value)) {
      invariants.fail(ONCE, "%s: %s is visible again", tp, value);
    }
    List<String> before = t.sent.keySet().stream().filter(v -> tp.equals(t.sent.get(v))).takeWhile(v -> !v.equals(value)).toList();
    if (!t.visible.containsAll(before)) {
      invariants.fail(IN_ORDER, "%s: %s is visible before one of %s", tp, value, before);
    }
    t.visible.add(value);
  }

  /** A stable offset of the group was read. */
  void visible(long offset) {
    if (offset != NO_OFFSET && offsets.stream().noneMatch(t -> t.offset == offset && t.commitAsked)) {
      invariants.fail(OFFSET_WITH_RECORDS, "the offset %d is committed, but nobody asked to commit it", offset);
    }
  }

  /**
   * All transactions have ended, and consumers have read everything.
   *
   * @param offset the committed offset of the group
   */
  void checkEnd(long offset) {
    all.forEach(Transaction::check);
    long expected = offsets.stream().filter(t -> !t.visible.isEmpty()).mapToLong(t -> t.offset).max().orElse(NO_OFFSET);
    if (offset != expected) {
      invariants.fail(OFFSET_WITH_RECORDS, "the committed offset is %d, but that of the last transaction with visible records is %d", offset,
          expected);
    }
  }
}
