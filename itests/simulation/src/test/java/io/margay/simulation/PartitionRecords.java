package io.margay.simulation;

import io.margay.model.TopicPartition;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordReader;
import io.margay.replication.internal.SimulatedReplication.Replica;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.LogSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The records of a partition as they have to be: what some replica held below its high watermark, and what producers were told. */
final class PartitionRecords {
  static final String NONE_LOST = "no acknowledged record is lost";
  static final String SAME_LOGS = "logs below the high watermark are equal on all replicas";
  static final String NEVER_BACK = "the high watermark never goes back for a consumer";
  static final String ACKNOWLEDGED_ONCE = "no offset is acknowledged twice for different records";

  private final TopicPartition tp;
  private final Invariants invariants;
  /** By offset. */
  private final List<String> committed = new ArrayList<>();
  private final Map<Long, String> acknowledged = new HashMap<>();
  private final Map<String, Long> offsets = new HashMap<>();
  /** What of each process's log was compared. */
  private final Map<SimulatedNode, Long> compared = new HashMap<>();
  /** The epochs whose leader has everything that was acknowledged before. */
  private int checkedEpoch = -1;
  private long acknowledgedEnd;
  private long consumedEnd;

  PartitionRecords(TopicPartition tp, Invariants invariants) {
    this.tp = tp;
    this.invariants = invariants;
  }

  long acknowledgedEnd() {
    return acknowledgedEnd;
  }

  /** What is committed, by offset. */
  List<String> committed() {
    return committed;
  }

  long acknowledgements() {
    return acknowledged.size();
  }

  /** A producer was told that a record is at an offset. */
  void acknowledged(long offset, String record) {
    String other = acknowledged.put(offset, record);
    Long before = offsets.put(record, offset);
    if (other != null && !other.equals(record)) {
      invariants.fail(ACKNOWLEDGED_ONCE, "%s: offset %d was acknowledged for %s and for %s", tp, offset, other, record);
    } else if (before != null && before != offset) {
      invariants.fail(ACKNOWLEDGED_ONCE, "%s: %s was acknowledged at offset %d and at %d", tp, record, before, offset);
    }
    if (offset >= committed.size() || !committed.get((int) offset).equals(record)) {
      invariants.fail(NONE_LOST, "%s: %s was acknowledged at offset %d, but committed is %s", tp, record, offset,
          offset < committed.size() ? committed.get((int) offset) : "nothing");
    }
    acknowledgedEnd = Math.max(acknowledgedEnd, offset + 1);
  }

  /** A consumer was given a record. */
  void consumed(long offset, String record) {
    if (offset >= committed.size() || !committed.get((int) offset).equals(record)) {
      invariants.fail(SAME_LOGS, "%s: a consumer got %s at offset %d, but committed is %s", tp, record, offset,
          offset < committed.size() ? committed.get((int) offset) : "nothing");
    }
    consumedEnd = Math.max(consumedEnd, offset + 1);
  }

  /** The leader of the newest epoch has everything that was acknowledged. */
  void checkLeader(SimulatedNode node, Replica replica) {
    if (replica.log().logEndOffset() < acknowledgedEnd) {
      invariants.fail(NONE_LOST, "%s: node %d leads epoch %d with %d records, but %d are acknowledged", tp, node.machine().id,
          replica.epoch(), replica.log().logEndOffset(), acknowledgedEnd);
    }
    if (replica.knows() && replica.highWatermark() < consumedEnd) {
      invariants.fail(NEVER_BACK, "%s: node %d leads epoch %d with the high watermark %d, but a consumer has read up to %d", tp,
          node.machine().id, replica.epoch(), replica.highWatermark(), consumedEnd);
    }
    if (checkedEpoch == replica.epoch()) {
      return;
    }
    checkedEpoch = replica.epoch();
    List<String> all = read(replica.log(), 0, replica.log().logEndOffset());
    acknowledged.forEach((offset, record) -> {
      String there = all.get((int) (long) offset);
      if (!record.equals(there)) {
        invariants.fail(NONE_LOST, "%s: node %d leads epoch %d and has %s at offset %d, but %s is acknowledged", tp, node.machine().id,
            replica.epoch(), there, offset, record);
      }
    });
  }

  /** What a replica counts as committed is what others count. */
  void checkCommitted(SimulatedNode node, Replica replica) {
    PartitionLog log = replica.log();
    long from = Math.min(compared.getOrDefault(node, 0L), log.logEndOffset());
    long to = Math.min(replica.highWatermark(), log.logEndOffset());
    if (to > from) {
      List<String> some = read(log, from, to);
      for (int i = 0; i < some.size(); i++) {
        long offset = from + i;
        if (offset == committed.size()) {
          committed.add(some.get(i));
        } else if (offset > committed.size() || !committed.get((int) offset).equals(some.get(i))) {
          invariants.fail(SAME_LOGS, "%s: node %d has %s at offset %d, committed is %s", tp, node.machine().id, some.get(i), offset,
              offset < committed.size() ? committed.get((int) offset) : "nothing");
        }
      }
    }
    compared.put(node, Math.max(from, to));
  }

  private List<String> read(PartitionLog log, long from, long to) {
    List<String> records = new ArrayList<>();
    try {
      long next = from;
      while (next < to) {
        LogSlice slice = log.read(next, 1 << 20, to, true);
        List<String> some = Values.of(slice.records().bufferOrNull(), next, to);
        slice.records().release();
        if (some.isEmpty()) {
          invariants.fail(SAME_LOGS, "%s: nothing can be read at offset %d of %d", tp, next, to);
        }
        records.addAll(some);
        next += some.size();
      }
    } catch (IOException e) {
      throw invariants.broken(SAME_LOGS, tp + " cannot be read", e);
    }
    return records;
  }
}
