package io.margay.consensus.local.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log of a cluster of one node, which leads at once and always. Proposals wait in a bounded queue; one thread
 * takes all that are there, writes them with one fsync, applies them and tells their proposers.
 *
 * <p>Invariant: {@code machine}, {@code journal} and the counters are touched only with {@code applying} held, so the state
 * machine is called by one thread at a time. A failed write ends the log for good: what of it reached the disk is unknown.
 */
final class LocalMetadataLog implements MetadataLog, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalMetadataLog.class);
  private static final long MAX_GROUP_BYTES = 8 << 20;
  private static final long IDLE_POLL_MS = 1000;
  private static final long CLOSE_WAIT_MS = 10_000;

  /**
   * Bounds.
   *
   * @param queuedProposals how many proposals may wait
   * @param snapshotBytes after how many bytes in the journal a snapshot is taken
   * @param snapshotCommands after how many commands a snapshot is taken
   */
  record Limits(int queuedProposals, long snapshotBytes, long snapshotCommands) {
    static final Limits DEFAULT = new Limits(10_000, 8 << 20, 20_000);

    Limits withSnapshotBytes(long bytes) {
      return new Limits(queuedProposals, bytes, snapshotCommands);
    }
  }

  private record Proposal(byte[] command, CompletableFuture<Object> result) { }

  private final ClusterIdentity identity;
  private final Limits limits;
  private final Clock clock;
  private final FaultHandler faults;
  private final Snapshots snapshots;
  private final Journal journal;
  private final ArrayBlockingQueue<Proposal> queue;
  private final ReentrantLock applying = new ReentrantLock();
  private final Thread thread;
  private volatile boolean closed;
  private volatile IOException failure;
  private volatile StateMachine machine;
  private long lastTimestampMs;
  private long bytesSinceSnapshot;
  private long commandsSinceSnapshot;

  private LocalMetadataLog(ClusterIdentity identity, Limits limits, Clock clock, FaultHandler faults, Snapshots snapshots,
      Journal journal) {
    this.identity = identity;
    this.limits = limits;
    this.clock = clock;
    this.faults = faults;
    this.snapshots = snapshots;
    this.journal = journal;
    this.queue = new ArrayBlockingQueue<>(limits.queuedProposals());
    this.thread = new Thread(this::run, "metadata-log");
    this.thread.setDaemon(true);
  }

  /**
   * Opens the log and starts its thread.
   *
   * @param directory where its files are; made when missing
   * @param identity whose log it is
   * @param limits bounds
   * @param clock gives the entries their times
   * @param faults told when the disk fails
   * @throws IOException when the files cannot be read, or are damaged other than at their end
   */
  static LocalMetadataLog open(Path directory, ClusterIdentity identity, Limits limits, Clock clock, FaultHandler faults)
      throws IOException {
    Files.createDirectories(directory);
    Snapshots snapshots = new Snapshots(directory);
    Snapshots.Snapshot newest = snapshots.newest();
    Journal journal = Journal.open(directory, newest == null ? -1 : newest.index());
    LocalMetadataLog log = new LocalMetadataLog(identity, limits, clock, faults, snapshots, journal);
    log.thread.start();
    return log;
  }

  @Override
  public void attach(StateMachine newMachine) {
    applying.lock();
    try {
      if (machine != null) {
        throw new IllegalStateException("a state machine is attached already: " + machine);
      }
      if (closed) {
        throw new IllegalStateException("the metadata log is closed");
      }
      replay(newMachine);
      newMachine.onLeader(identity.nodeId(), true);
      machine = newMachine;
    } catch (IOException e) {
      faults.onFault("The metadata log could not be read", e);
      throw new IllegalStateException("the metadata log could not be read: " + e.getMessage(), e);
    } finally {
      applying.unlock();
    }
  }

  private void replay(StateMachine target) throws IOException {
    Snapshots.Snapshot snapshot = snapshots.newest();
    long after = -1;
    if (snapshot != null) {
      target.restore(snapshot.index(), snapshot.state());
      after = snapshot.index();
      lastTimestampMs = Math.max(lastTimestampMs, snapshot.timestampMs());
    }
    List<JournalEntry> entries = journal.entriesAfter(after);
    bytesSinceSnapshot = 0;
    commandsSinceSnapshot = entries.size();
    for (JournalEntry entry : entries) {
      bytesSinceSnapshot += JournalSegment.ENTRY_OVERHEAD_BYTES + entry.command().length;
      lastTimestampMs = Math.max(lastTimestampMs, entry.timestampMs());
      apply(target, entry, null);
    }
    LOG.info("Replayed the metadata log snapshot={} commands={} next={}", after, entries.size(), journal.nextIndex());
  }

  @Override
  public void detach(StateMachine oldMachine) {
    applying.lock();
    try {
      if (machine == oldMachine) {
        machine = null;
        failQueued(new NotLeaderException("the state machine of the metadata log was detached"));
      }
    } finally {
      applying.unlock();
    }
  }

  @Override
  public CompletionStage<Object> propose(byte[] command) {
    if (command.length > JournalSegment.MAX_COMMAND_BYTES) {
      return CompletableFuture.failedFuture(new IllegalArgumentException("a command of " + command.length
          + " bytes is longer than " + JournalSegment.MAX_COMMAND_BYTES));
    }
    Exception refusal = refusal();
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    Proposal proposal = new Proposal(command, new CompletableFuture<>());
    if (!queue.offer(proposal)) {
      return CompletableFuture.failedFuture(new RejectedExecutionException("the metadata log is busy: " + limits.queuedProposals()
          + " proposals wait"));
    }
    if (closed) {
      // The thread may have emptied the queue for the last time before the offer.
      failQueued(refusal());
    }
    return proposal.result();
  }

  private Exception refusal() {
    IOException broken = failure;
    if (broken != null) {
      return new IOException("the metadata log failed before: " + broken.getMessage(), broken);
    }
    return closed || machine == null ? new NotLeaderException("this node does not serve the metadata log now") : null;
  }

  @Override
  public boolean isLeader() {
    return !closed && failure == null;
  }

  @Override
  public int leaderId() {
    return isLeader() ? identity.nodeId() : -1;
  }

  @Override
  public String clusterId() {
    return identity.clusterId();
  }

  private void run() {
    List<Proposal> group = new ArrayList<>();
    while (!closed) {
      try {
        Proposal first = queue.poll(IDLE_POLL_MS, TimeUnit.MILLISECONDS);
        if (first != null) {
          fillGroup(first, group);
          process(group);
        }
      } catch (InterruptedException e) {
        // Nobody should: the flag alone ends the loop.
        LOG.warn("The metadata log's thread was interrupted");
      } finally {
        group.clear();
      }
    }
  }

  private void fillGroup(Proposal first, List<Proposal> group) {
    long bytes = first.command().length;
    group.add(first);
    while (bytes < MAX_GROUP_BYTES) {
      Proposal next = queue.poll();
      if (next == null) {
        return;
      }
      bytes += next.command().length;
      group.add(next);
    }
  }

  private void process(List<Proposal> group) {
    applying.lock();
    try {
      Exception refusal = refusal();
      if (refusal != null) {
        group.forEach(p -> p.result().completeExceptionally(refusal));
        return;
      }
      long now = Math.max(lastTimestampMs, clock.millis());
      List<JournalEntry> entries = new ArrayList<>(group.size());
      for (Proposal proposal : group) {
        entries.add(new JournalEntry(journal.nextIndex() + entries.size(), now, proposal.command()));
      }
      bytesSinceSnapshot += journal.append(entries);
      commandsSinceSnapshot += entries.size();
      lastTimestampMs = now;
      StateMachine target = machine;
      for (int i = 0; i < entries.size(); i++) {
        if (machine == target) {
          apply(target, entries.get(i), group.get(i).result());
        } else {
          // A proposer that was told has detached the machine. The entry is committed; the next machine will apply it.
          group.get(i).result().completeExceptionally(new NotLeaderException("the state machine was detached"));
        }
      }
      if (machine == target) {
        maybeSnapshot(target);
      }
    } catch (IOException e) {
      fail(e, group);
    } finally {
      applying.unlock();
    }
  }

  /** Applies one entry and tells its proposer, if any. A machine that throws has a bug; it goes on, as each replay would. */
  private void apply(StateMachine target, JournalEntry entry, CompletableFuture<Object> result) {
    Object answer;
    try {
      answer = target.apply(entry.index(), entry.timestampMs(), entry.command());
    } catch (RuntimeException e) {
      LOG.error("The state machine failed on a command index={}", entry.index(), e);
      if (result != null) {
        result.completeExceptionally(e);
      }
      return;
    }
    if (result != null) {
      result.complete(answer);
    }
  }

  private void maybeSnapshot(StateMachine target) {
    if (bytesSinceSnapshot < limits.snapshotBytes() && commandsSinceSnapshot < limits.snapshotCommands()) {
      return;
    }
    bytesSinceSnapshot = 0;
    commandsSinceSnapshot = 0;
    try {
      long index = journal.nextIndex() - 1;
      byte[] state = target.snapshot();
      long oldestKept = snapshots.write(new Snapshots.Snapshot(index, lastTimestampMs, state));
      journal.roll();
      journal.deleteThrough(oldestKept);
      LOG.info("Took a snapshot of the metadata index={} sizeBytes={}", index, state.length);
    } catch (IOException e) {
      // The journal still holds everything; the next attempt follows after as many commands again.
      faults.onFault("A snapshot of the metadata could not be written", e);
    }
  }

  private void fail(IOException e, List<Proposal> group) {
    failure = e;
    LOG.error("The metadata log cannot be written; it takes no further command until the next start", e);
    faults.onFault("The metadata log cannot be written", e);
    group.forEach(p -> p.result().completeExceptionally(e));
    failQueued(e);
  }

  private void failQueued(Exception why) {
    for (Proposal p = queue.poll(); p != null; p = queue.poll()) {
      p.result().completeExceptionally(why);
    }
  }

  /** Ends the log: what is being written is finished, proposals that wait fail. */
  @Override
  public void close() throws IOException {
    closed = true;
    if (Thread.currentThread() != thread) {
      // No interrupt: it would close the channel under a write. The thread polls, and a proposal that fails at once wakes it.
      queue.offer(new Proposal(new byte[0], new CompletableFuture<>()));
      try {
        thread.join(CLOSE_WAIT_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    applying.lock();
    try {
      machine = null;
      failQueued(new NotLeaderException("the metadata log is closed"));
      journal.close();
    } finally {
      applying.unlock();
    }
  }
}
