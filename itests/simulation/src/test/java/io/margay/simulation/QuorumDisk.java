package io.margay.simulation;

import java.util.ArrayList;
import java.util.List;

/** The files of one voter: term, vote and entries. What was written but not synced outlives the process, but not the machine. */
final class QuorumDisk {
  /** An entry; a leader begins with one that has no command. */
  record Entry(long term, long timestampMs, byte[] command) { }

  private long term;
  private int vote = -1;
  private final List<Entry> entries = new ArrayList<>();
  private long syncedTerm;
  private int syncedVote = -1;
  private final List<Entry> synced = new ArrayList<>();
  /** Entries before it are the same in both lists. */
  private int same;
  private int snapshotIndex;
  private byte[] snapshot;

  long term() {
    return term;
  }

  int vote() {
    return vote;
  }

  void vote(long newTerm, int candidate) {
    term = newTerm;
    vote = candidate;
  }

  /** Indexes begin with 1. */
  int last() {
    return entries.size();
  }

  Entry entry(int index) {
    return entries.get(index - 1);
  }

  long termOf(int index) {
    return index == 0 ? 0 : entry(index).term();
  }

  List<Entry> from(int index, int most) {
    return List.copyOf(entries.subList(index - 1, Math.min(entries.size(), index - 1 + most)));
  }

  void append(Entry entry) {
    entries.add(entry);
  }

  void cut(int last) {
    entries.subList(last, entries.size()).clear();
    same = Math.min(same, last);
  }

  void sync() {
    syncedTerm = term;
    syncedVote = vote;
    synced.subList(same, synced.size()).clear();
    synced.addAll(entries.subList(same, entries.size()));
    same = entries.size();
  }

  /** Stores the state after an entry, unless the entry itself is not on stable storage yet. */
  void snapshot(int index, byte[] state) {
    if (index <= same) {
      snapshotIndex = index;
      snapshot = state;
    }
  }

  /** 0 when there is no snapshot. */
  int snapshotIndex() {
    return snapshotIndex;
  }

  byte[] snapshot() {
    return snapshot;
  }

  /** The machine ends. */
  void crash() {
    term = syncedTerm;
    vote = syncedVote;
    entries.clear();
    entries.addAll(synced);
    same = entries.size();
  }
}
