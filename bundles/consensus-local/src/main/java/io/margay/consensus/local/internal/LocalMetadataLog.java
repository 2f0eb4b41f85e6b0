package io.margay.consensus.local.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.StateMachine;
import io.margay.spi.consensus.StateMachine.UnsupportedCommandException;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log of a cluster of one node, which leads whenever it works. Proposals wait in a queue that is bounded in number
 * and bytes; one thread takes all that are there, writes them with one fsync, applies them and answers their proposers.
 *
 * <p>After a failed write this node leads no more. The write is cut off again before the next proposal, or within a second; when
 * the disk allows that, this node leads again. Any other failure leaves the state machine in an unknown state and lasts until the
 * next start. In both cases the thread goes on, and every proposal is answered.
 *
 * <p>Invariant: {@code machine}, {@code journal} and the counters are touched only with {@code applying} held, so the state
 * machine is called by one thread at a time.
 */
final class LocalMetadataLog implements MetadataLog, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalMetadataLog.class);
  private static final long MAX_GROUP_BYTES = 8 << 20;
  private static final long IDLE_POLL_MS = 1000;
  private static final long CLOSE_WAIT_MS = 10_000;
  /** What a proposal costs besides its command: its objects, and those of its proposer. */
  private static final int PROPOSAL_OVERHEAD_BYTES = 256;

  /**
   * Bounds.
   *
   * @param queuedProposals how many proposals may wait
   * @param queuedBytes how many bytes they may have together, those being written included
   * @param snapshotBytes after how many bytes in the journal a snapshot is taken
   * @param snapshotCommands after how many commands a snapshot is taken
   */
  record Limits(int queuedProposals, long queuedBytes, long snapshotBytes, long snapshotCommands) {
    static final Limits DEFAULT = new Limits(10_000, 16 << 20, 8 << 20, 20_000);

    static Limits of(NodeSettings settings) {
      return new Limits(DEFAULT.queuedProposals, settings.get(ConsensusSettings.MARGAY_METADATA_QUEUE_BYTES),
          settings.get(ConsensusSettings.METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS), DEFAULT.snapshotCommands);
    }

    int longestCommand() {
      return (int) Math.min(JournalSegment.MAX_COMMAND_BYTES, queuedBytes - PROPOSAL_OVERHEAD_BYTES);
    }
  }

  private record Proposal(byte[] command, CompletableFuture<byte[]> result) {
    long sizeBytes() {
      return PROPOSAL_OVERHEAD_BYTES + command.length;
    }
  }

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
  private final AtomicLong queuedBytes = new AtomicLong();
  private volatile Exception failure;
  /** Invariant: true only while {@code failure} is set; a failed append is the reason, and may be taken back. */
  private volatile boolean repairable;
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
    return open(directory, identity, limits, clock, faults, channel -> channel.force(false));
  }

  /** The same with another way to make appended entries durable. */
  static LocalMetadataLog open(Path directory, ClusterIdentity identity, Limits limits, Clock clock, FaultHandler faults,
      Journal.Sync sync) throws IOException {
    Files.createDirectories(directory);
    Snapshots snapshots = new Snapshots(directory);
    Snapshots.Snapshot newest = snapshots.newest();
    Journal journal = Journal.open(directory, newest == null ? -1 : newest.index(), sync);
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
    } catch (IOException | UnsupportedCommandException e) {
      faults.onFault("The metadata log could not be read", e);
      throw new IllegalStateException("the metadata log could not be read: " + e.getMessage(), e);
    } finally {
      applying.unlock();
    }
  }

  /**
   * Brings a machine to the newest state without attaching it.
   *
   * @return the index of the last command, -1 when there is none
   */
  long replayInto(StateMachine target) throws IOException {
    applying.lock();
    try {
      replay(target);
      return journal.nextIndex() - 1;
    } finally {
      applying.unlock();
    }
  }

  /** The index of the last command that was made durable, -1 when there is none. */
  long lastIndex() {
    return journal.nextIndex() - 1;
  }

  private void replay(StateMachine target) throws IOException {
    Snapshots.Snapshot snapshot = snapshots.newest();
    long after = -1;
    if (snapshot != null) {
      target.restore(snapshot.index(), snapshot.state());
      after = snapshot.index();
      lastTimestampMs = Math.max(lastTimestampMs, snapshot.timestampMs());
    }
    bytesSinceSnapshot = 0;
    commandsSinceSnapshot = journal.read(after, entry -> {
      bytesSinceSnapshot += JournalSegment.ENTRY_OVERHEAD_BYTES + entry.command().length;
      lastTimestampMs = Math.max(lastTimestampMs, entry.timestampMs());
      apply(target, entry, null);
    });
    LOG.info("Replayed the metadata log snapshot={} commands={} next={}", after, commandsSinceSnapshot, journal.nextIndex());
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
  public CompletionStage<byte[]> propose(byte[] command) {
    if (command.length > limits.longestCommand()) {
      return CompletableFuture.failedFuture(new CommandTooLargeException("a metadata change of " + command.length
          + " bytes is larger than " + limits.longestCommand() + ", see margay.metadata.queue.bytes"));
    }
    Exception refusal = refusal();
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    Proposal proposal = new Proposal(command, new CompletableFuture<>());
    boolean room = queuedBytes.addAndGet(proposal.sizeBytes()) <= limits.queuedBytes();
    if (!room || !queue.offer(proposal)) {
      queuedBytes.addAndGet(-proposal.sizeBytes());
      return CompletableFuture.failedFuture(new RejectedExecutionException("the metadata log is busy: " + queue.size()
          + " proposals wait"));
    }
    if (closed) {
      // The thread may have emptied the queue for the last time before the offer.
      failQueued(refusal());
    }
    // The bytes are free before the proposer hears of it, so that its next proposal finds room.
    return proposal.result().whenComplete((result, e) -> queuedBytes.addAndGet(-proposal.sizeBytes()));
  }

  /** Why proposals are refused now, or null. */
  private Exception refusal() {
    Exception broken = failure;
    if (broken != null && !repairable) {
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
        } else {
          maybeRepair();
        }
      } catch (InterruptedException e) {
        // Nobody should: the flag alone ends the loop.
        LOG.warn("The metadata log's thread was interrupted");
      } catch (Throwable e) {
        fail(e instanceof Exception exception ? exception : new IllegalStateException(e), group);
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

  private void process(List<Proposal> group) throws IOException {
    applying.lock();
    try {
      maybeRepair();
      Exception refusal = repairable ? failure : refusal();
      if (refusal != null) {
        group.forEach(p -> p.result().completeExceptionally(refusal));
        return;
      }
      long now = Math.max(lastTimestampMs, clock.millis());
      List<JournalEntry> entries = new ArrayList<>(group.size());
      for (Proposal proposal : group) {
        entries.add(new JournalEntry(journal.nextIndex() + entries.size(), now, proposal.command()));
      }
      append(entries);
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
    } finally {
      applying.unlock();
    }
  }

  /** Writes entries, which become durable together. */
  private void append(List<JournalEntry> entries) throws IOException {
    try {
      bytesSinceSnapshot += journal.append(entries);
    } catch (IOException e) {
      repairable = true;
      throw e;
    }
  }

  /** Cuts a failed write off and leads again, if there was one and the disk allows it now. */
  private void maybeRepair() {
    if (!repairable) {
      return;
    }
    applying.lock();
    try {
      journal.rewind();
      repairable = false;
      failure = null;
      LOG.info("The metadata log can be written again next={}", journal.nextIndex());
      if (machine != null) {
        machine.onLeader(identity.nodeId(), true);
      }
    } catch (IOException e) {
      LOG.debug("The metadata log still cannot be written", e);
    } finally {
      applying.unlock();
    }
  }

  /**
   * Applies one entry and answers its proposer, if any. A machine that throws an exception has a bug, and every replay repeats
   * it, so the log goes on. An {@link Error} may not come again, and a command that is not known would be skipped here alone:
   * both end the log.
   */
  private void apply(StateMachine target, JournalEntry entry, CompletableFuture<byte[]> result) {
    byte[] answer;
    try {
      answer = target.apply(entry.index(), entry.timestampMs(), entry.command());
    } catch (UnsupportedCommandException e) {
      throw e;
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
    } catch (IOException | RuntimeException e) {
      // The journal still holds everything; the next attempt follows after as many commands again.
      faults.onFault("A snapshot of the metadata could not be written", e);
    }
  }

  /** This node leads no more. Everybody who waits gets the failure. */
  private void fail(Exception e, List<Proposal> group) {
    boolean first = failure == null;
    failure = e;
    applying.lock();
    try {
      failQueued(e);
      if (first && machine != null) {
        machine.onLeader(-1, false);
      }
      if (first) {
        faults.onFault(repairable ? "The metadata log cannot be written; it takes no change until the disk works again"
            : "The metadata log failed; it takes no change until the next start", e);
      }
      // last, so that what is proposed after the answer is not failed for what happened before it
      group.forEach(p -> p.result().completeExceptionally(e));
    } finally {
      applying.unlock();
    }
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
