package io.margay.log.internal;

import io.margay.protocol.record.RecordBatch;
import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a log knows besides its batches: leader epochs, producers, aborted transactions. All of it can be derived from the batches;
 * small files beside them (snapshots and indexes) avoid reading everything when the log is opened. Used under the lock of its log.
 *
 * <pre>
 *   leader-epoch-checkpoint   the epochs, as text
 *   OFFSET.snapshot           the producers when the log ended at OFFSET; a few of them are kept
 *   OFFSET.txnindex           aborted transactions, the first marker being at OFFSET or after it
 * </pre>
 */
final class LogState {
  private static final Logger LOG = LoggerFactory.getLogger(LogState.class);
  static final String EPOCHS = "leader-epoch-checkpoint";
  private static final String SNAPSHOT = ".snapshot";
  private static final String INDEX = ".txnindex";
  private static final int OFFSET_DIGITS = 20;
  /** Of the newest snapshots all are kept; see {@link #thinSnapshots}. */
  private static final int SNAPSHOTS_KEPT = 2;

  final EpochCache epochs = new EpochCache();
  final AbortedTransactions aborted = new AbortedTransactions();
  final ProducerStates producers;
  private final ProducerLimits producerLimits;
  /** Offsets of the existing snapshots, ascending. */
  private List<Long> snapshots = List.of();
  /** Whether there may be blobs with aborted transactions. */
  private boolean indexed;
  /** Whether the epochs differ from those that were written; the file then lacks at most the last one. */
  private boolean epochsChanged;
  /** Pending writes, carried out by the log; see {@link #files}. */
  private final FileQueue files = new FileQueue();

  /** The pending writes. A caller of a method that changes something carries them out after it has released the lock. */
  FileQueue files() {
    return files;
  }

  LogState(ProducerLimits producerLimits) {
    this.producerLimits = producerLimits;
    this.producers = new ProducerStates(aborted, producerLimits);
  }

  /**
   * Brings the state in line with the store.
   *
   * @param trusted whether the log was closed cleanly, so that what is not in the files did not exist
   * @param nowMs producers that have expired by now are left out
   */
  void load(LogStore store, long logStartOffset, boolean trusted, long nowMs, long producerExpirationMs) throws IOException {
    long end = store.endOffset();
    List<String> indexes = new ArrayList<>(0);
    listBlobs(store, end, indexes);
    boolean epochsKnown = epochs.decode(store.readBlob(EPOCHS)) || end == store.startOffset();
    epochsChanged = epochs.truncateFromEnd(end);
    long replayFrom = loadProducers(store, trusted, nowMs, producerExpirationMs);
    boolean stale = false;
    boolean damaged = false;
    for (String index : indexes) {
      byte[] bytes = store.readBlob(index);
      AbortedTransactions.Decoded decoded = bytes == null ? null : aborted.decode(bytes, replayFrom);
      stale |= decoded == AbortedTransactions.Decoded.STALE;
      damaged |= decoded == AbortedTransactions.Decoded.DAMAGED;
    }
    indexed = !indexes.isEmpty();
    if (damaged) {
      // Only the batches tell now which transactions were aborted, and only with their producers from the start on.
      LOG.warn("An index of aborted transactions is damaged, it is built again from the log endOffset={}", end);
      aborted.truncateFromEnd(0);
      producers.clear();
      replayFrom = store.startOffset();
    }
    if (!epochsKnown) {
      rebuildEpochs(store, store.startOffset(), Math.min(replayFrom, end));
    }
    replay(store, replayFrom, nowMs);
    epochs.truncateFromStart(logStartOffset);
    aborted.truncateFromStart(logStartOffset);
    if (epochsChanged) {
      saveEpochs();
    }
    if (stale || damaged) {
      // It describes transactions that were lost in a crash; others may have taken their offsets by the next time.
      rewriteIndexes(end);
    }
    files.drain(store);
  }

  private void listBlobs(LogStore store, long end, List<String> indexes) throws IOException {
    List<String> blobs = store.blobs();
    if (blobs.isEmpty()) {
      return;
    }
    List<Long> found = new ArrayList<>(SNAPSHOTS_KEPT + 1);
    for (String blob : blobs) {
      long offset = offsetOf(blob);
      if (offset < 0) {
        continue;
      }
      if (blob.endsWith(INDEX)) {
        indexes.add(blob);
      } else if (offset > end) {
        // the batches that it describes were lost in a crash
        store.deleteBlob(blob);
      } else {
        found.add(offset);
      }
    }
    Collections.sort(found);
    Collections.sort(indexes);
    snapshots = found;
  }

  /** Loads the newest snapshot that can be read. Returns the offset from which batches have to be replayed. */
  private long loadProducers(LogStore store, boolean trusted, long nowMs, long expirationMs) throws IOException {
    boolean damaged = false;
    for (int i = snapshots.size() - 1; i >= 0; i--) {
      String name = name(snapshots.get(i), SNAPSHOT);
      List<ProducerEntry> entries = ProducerSnapshot.decode(store.readBlob(name), producerLimits.perLog());
      if (entries == null) {
        damaged = true;
        store.deleteBlob(name);
        snapshots.remove(i);
        continue;
      }
      for (ProducerEntry entry : entries) {
        if (entry.transactionStart != ProducerEntry.NO_TRANSACTION || nowMs - entry.lastSeenMs < expirationMs) {
          producers.restore(entry);
        }
      }
      return Math.max(snapshots.get(i), store.startOffset());
    }
    // A log that was closed cleanly and has no snapshot has no producers, unless there is a snapshot that cannot be read.
    return trusted && !damaged ? store.endOffset() : store.startOffset();
  }

  private void replay(LogStore store, long from, long nowMs) throws IOException {
    boolean[] first = {true};
    SegmentReads.walk(store, from, store.endOffset(), batch -> {
      if (first[0]) {
        first[0] = false;
        if (batch.partitionLeaderEpoch() > epochs.latestEpoch() && batch.baseOffset() > store.startOffset()) {
          // the checkpoint is older than the snapshot, so the epoch may have begun before this batch
          rebuildEpochs(store, Math.max(epochs.latestStart(), store.startOffset()), batch.baseOffset());
        }
      }
      noteEpoch(batch);
      producers.apply(batch, nowMs);
      return true;
    });
  }

  private void rebuildEpochs(LogStore store, long from, long to) throws IOException {
    SegmentReads.walk(store, from, to, batch -> {
      noteEpoch(batch);
      return true;
    });
  }

  /** Only where the batch says something else: its epoch may have begun long before it, and other epochs after it. */
  private void noteEpoch(RecordBatch batch) {
    if (epochs.epochAt(batch.baseOffset()) != batch.partitionLeaderEpoch()) {
      epochsChanged |= epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset());
    }
  }

  /**
   * An epoch begins at the log's end. It is written when the log is rolled or closed and has a batch of it: an epoch without
   * batches changes no answer after a restart, and after a crash it is found in the batches. Thousands of logs begin an epoch at
   * every start.
   */
  void beginEpoch(int epoch, long end) {
    saveEpochsWithBatches(end);
    epochsChanged |= epochs.assign(epoch, end);
  }

  /** Forgets epochs without batches, which only this broker knows. */
  void forgetEmptyEpochs(long end) {
    if (epochs.truncateFromEnd(end)) {
      saveEpochs();
    }
  }

  private void saveEpochsWithBatches(long end) {
    if (epochsChanged && epochs.latestStart() < end) {
      saveEpochs();
    }
  }

  void saveEpochs() {
    byte[] bytes = epochs.encode();
    files.add(store -> store.writeBlob(EPOCHS, bytes, false));
    epochsChanged = false;
  }

  /** Writes what {@link #load} needs to continue from the log's current end, unless it is written already. */
  void save(long end) {
    saveEpochsWithBatches(end);
    if (!producers.isEmpty() || !snapshots.isEmpty()) {
      writeSnapshot(end);
    }
    saveAborted(end);
  }

  /** As {@link #save}, but leaves a snapshot even when there is no producer, so that a crash leaves little to replay. */
  void saveAtRoll(long end) {
    saveEpochsWithBatches(end);
    writeSnapshot(end);
    saveAborted(end);
  }

  private void writeSnapshot(long end) {
    if (snapshots.isEmpty()) {
      snapshots = new ArrayList<>(SNAPSHOTS_KEPT + 1);
    }
    String name = name(end, SNAPSHOT);
    byte[] bytes = ProducerSnapshot.encode(producers);
    files.add(store -> store.writeBlob(name, bytes, false));
    if (snapshots.isEmpty() || snapshots.get(snapshots.size() - 1) != end) {
      snapshots.add(end);
    }
    thinSnapshots(end);
  }

  /**
   * Keeps the newest snapshots, and of the older ones so many that their distances from the end about double. So a truncation, however
   * deep, replays about as much as it cuts, and a log of any size has some dozens of snapshots at most.
   */
  private void thinSnapshots(long end) {
    for (int i = snapshots.size() - 1 - SNAPSHOTS_KEPT; i > 0; i--) {
      if (end - snapshots.get(i - 1) <= 2 * (end - snapshots.get(i + 1))) {
        dropSnapshot(i);
      }
    }
  }

  private void dropSnapshot(int index) {
    String dropped = name(snapshots.remove(index), SNAPSHOT);
    files.add(store -> store.deleteBlob(dropped));
  }

  private void saveAborted(long end) {
    byte[] unwritten = aborted.isEmpty() ? null : aborted.encodeUnwritten();
    if (unwritten != null) {
      String name = name(aborted.firstUnwritten(), INDEX);
      files.add(store -> store.writeBlob(name, unwritten, false));
      indexed = true;
      aborted.written(end);
    }
  }

  /** The store was reopened after a failure: pending writes are gone, and everything is written once more. */
  void reload(LogStore store, long logStartOffset, long nowMs, long producerExpirationMs) throws IOException {
    files.clear();
    truncated(store, logStartOffset, nowMs, producerExpirationMs);
    saveEpochs();
    if (indexed) {
      rewriteIndexes(store.endOffset());
    }
    files.drain(store);
  }

  /** The end of the store was cut, or the store was reset. */
  void truncated(LogStore store, long logStartOffset, long nowMs, long producerExpirationMs) throws IOException {
    files.drain(store);
    long end = store.endOffset();
    if (epochs.truncateFromEnd(end)) {
      saveEpochs();
    }
    dropLaterBlobs(store, end);
    if (producers.isEmpty() && snapshots.isEmpty() && aborted.isEmpty()) {
      files.drain(store);
      return;
    }
    producers.clear();
    long from = Math.min(loadProducers(store, false, nowMs, producerExpirationMs), end);
    replay(store, from, nowMs);
    producers.advanceStart(logStartOffset);
    aborted.truncateFromStart(logStartOffset);
    epochs.truncateFromStart(logStartOffset);
    if (epochsChanged) {
      saveEpochs();
    }
    files.drain(store);
  }

  private void dropLaterBlobs(LogStore store, long end) throws IOException {
    for (int i = snapshots.size() - 1; i >= 0 && snapshots.get(i) > end; i--) {
      store.deleteBlob(name(snapshots.remove(i), SNAPSHOT));
    }
    aborted.truncateFromEnd(end);
    if (!indexed) {
      return;
    }
    // What remains of the newest blob that begins before the end is written again without the removed entries.
    String straddling = null;
    for (String blob : store.blobs()) {
      if (!blob.endsWith(INDEX)) {
        continue;
      }
      if (offsetOf(blob) >= end) {
        store.deleteBlob(blob);
      } else if (straddling == null || blob.compareTo(straddling) > 0) {
        straddling = blob;
      }
    }
    if (straddling != null) {
      store.deleteBlob(straddling);
      aborted.written(offsetOf(straddling));
      saveAborted(store.endOffset());
    }
  }

  /** Everything was dropped. */
  void reset(LogStore store) throws IOException {
    files.drain(store);
    epochs.clear();
    saveEpochs();
    producers.clear();
    dropLaterBlobs(store, -1);
    aborted.truncateFromEnd(0);
    files.drain(store);
  }

  /** Forgets aborted transactions, given by the offsets of their markers, and rewrites the others. */
  void removeAborted(long end, Set<Long> markers) {
    if (aborted.remove(markers)) {
      rewriteIndexes(end);
    }
  }

  /** Merges all aborted transactions into one index. A crash half way leaves some of them twice, which is harmless. */
  private void rewriteIndexes(long end) {
    aborted.written(0);
    saveAborted(end);
    String kept = aborted.isEmpty() ? "" : name(aborted.all().get(0).lastOffset(), INDEX);
    files.add(store -> {
      for (String blob : store.blobs()) {
        if (blob.endsWith(INDEX) && !blob.equals(kept)) {
          store.deleteBlob(blob);
        }
      }
    });
  }

  /** The start of the log has advanced. */
  void advanceStart(long logStartOffset) {
    if (epochs.truncateFromStart(logStartOffset)) {
      saveEpochs();
    }
    producers.advanceStart(logStartOffset);
    aborted.truncateFromStart(logStartOffset);
    while (snapshots.size() > SNAPSHOTS_KEPT && snapshots.get(1) <= logStartOffset) {
      dropSnapshot(0);
    }
    if (indexed) {
      files.add(store -> dropEarlierIndexes(store, logStartOffset));
    }
  }

  /** Deletes indexes whose markers are all before an offset: this is so when the next index begins before it, too. */
  private static void dropEarlierIndexes(LogStore store, long logStartOffset) throws IOException {
    List<String> indexes = new ArrayList<>(store.blobs());
    indexes.removeIf(blob -> !blob.endsWith(INDEX));
    Collections.sort(indexes);
    for (int i = 0; i + 1 < indexes.size() && offsetOf(indexes.get(i + 1)) <= logStartOffset; i++) {
      store.deleteBlob(indexes.get(i));
    }
  }

  /** The offset in the name of one of our blobs, or -1. */
  private static long offsetOf(String blob) {
    if (!blob.endsWith(SNAPSHOT) && !blob.endsWith(INDEX) || blob.indexOf('.') != OFFSET_DIGITS) {
      return -1;
    }
    try {
      return Long.parseLong(blob, 0, OFFSET_DIGITS, 10);
    } catch (NumberFormatException e) {
      // not one of our files
      return -1;
    }
  }

  private static String name(long offset, String suffix) {
    String digits = Long.toString(offset);
    return "0".repeat(OFFSET_DIGITS - digits.length()) + digits + suffix;
  }
}
