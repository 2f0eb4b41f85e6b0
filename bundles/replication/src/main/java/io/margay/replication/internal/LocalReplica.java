package io.margay.replication.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition that has a replica on this node: its log, once that is open, and the leadership, while this node has it.
 *
 * <pre>
 *   OPENING --opened, requests that waited were run--> OPEN --close--> CLOSED (from every state)
 *      |  ^                                            |  ^
 *      |  +--reopening--+           the log is suspended  |  it goes on, requests that waited were run
 *      |                |                              v  |
 *      +----failed--> OFFLINE <--beginEpoch failed--  PAUSED
 * </pre>
 *
 * <p>Changes of state hold the replica's monitor; look-ups read volatile fields. Requests that find it OPENING or PAUSED queue up
 * here and run in their order before any later one sees it OPEN. A log may be suspended before the replica knows: an append that
 * finds it so queues up, too, and comes first again when it is run by whoever empties the queue.
 *
 * <p>Invariant: the table counts the replica among those that have requests wait exactly while it is PAUSED, and the
 * {@link StoredLogs} counts it while it is OPENING.
 */
public final class LocalReplica {
  private static final Logger LOG = LoggerFactory.getLogger(LocalReplica.class);

  enum State { OPENING, OPEN, PAUSED, OFFLINE, CLOSED }

  /** What all replicas of this node share. */
  record Environment(BrokerId self, Scheduler scheduler, Clock clock, LeadershipNotifier notifier, ReplicaTable table) { }

  private final TopicIdPartition id;
  private final Environment environment;
  private final DataWaiters dataWaiters = new DataWaiters();
  private final ArrayDeque<Runnable> openWaiters = new ArrayDeque<>(0);
  private final Object fileLock = new Object();
  private PartitionImage target;
  private LogConfig config;
  /** Who empties the queue now, or null. */
  private Thread drainer;
  private volatile State state = State.OPENING;
  private volatile long waitingSinceNanos;
  private volatile PartitionLog log;
  private volatile PartitionLeader leader;

  LocalReplica(TopicIdPartition id, PartitionImage target, LogConfig config, Environment environment) {
    this.id = id;
    this.target = target;
    this.config = config;
    this.environment = environment;
    this.waitingSinceNanos = environment.clock().nanos();
  }

  /** @return which partition */
  public TopicIdPartition id() {
    return id;
  }

  /** @return the leadership, or null while this node does not lead or the log is not open */
  public PartitionLeader leader() {
    return leader;
  }

  /** @return the log, or null while it is not open */
  public PartitionLog log() {
    return log;
  }

  /** @return whether the log is being opened, or suspended, so that waiting helps */
  public boolean waiting() {
    State now = state;
    return now == State.OPENING || now == State.PAUSED;
  }

  /** @return as {@link #waiting}, when a call has just found the log suspended, which the replica may not have heard of yet */
  public synchronized boolean mustWait() {
    maybePause();
    return waiting();
  }

  /**
   * @param waitMs how long requests wait, in milliseconds
   * @return whether it has them wait for longer than that already
   */
  public boolean waitingTooLong(long waitMs) {
    return environment.clock().nanos() - waitingSinceNanos > TimeUnit.MILLISECONDS.toNanos(waitMs);
  }

  /** @return who waits for something to read */
  public DataWaiters dataWaiters() {
    return dataWaiters;
  }

  /** @return the error that tells a client why there is no {@link #leader()} */
  public Errors leaderError() {
    return state == State.OFFLINE ? Errors.KAFKA_STORAGE_ERROR : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /** Held while the log is opened or deleted, so that these two exclude each other; taken before the monitor, never after. */
  Object fileLock() {
    return fileLock;
  }

  boolean closed() {
    return state == State.CLOSED;
  }

  synchronized LogConfig config() {
    return config;
  }

  /**
   * Has a task run when the log is open and not suspended, or cannot be opened. Tasks run in the order in which they came; one
   * that is run and asks again, because the log was suspended once more, comes before all others.
   *
   * @param task run by the thread that opens or resumes the log; may append, must not wait
   * @return false when the wait is over already; the task is not run then
   */
  public synchronized boolean whenOpen(Runnable task) {
    maybePause();
    if (!waiting()) {
      return false;
    }
    if (drainer == Thread.currentThread()) {
      openWaiters.addFirst(task);
    } else {
      openWaiters.addLast(task);
    }
    return true;
  }

  /** Under the monitor: follows a log that is suspended. */
  private void maybePause() {
    if (state == State.OPEN && log.suspended()) {
      pause();
    }
  }

  private void pause() {
    if (state != State.PAUSED) {
      waitingSinceNanos = environment.clock().nanos();
      state = State.PAUSED;
      environment.table().beginPause();
    }
  }

  /** Under the monitor. */
  private void leavePaused(State next) {
    if (state == State.PAUSED) {
      environment.table().endPause();
    }
    state = next;
  }

  /**
   * @param task given to {@link #whenOpen} before
   * @return whether it was still waiting; it will not be run then
   */
  public synchronized boolean cancelWhenOpen(Runnable task) {
    return openWaiters.remove(task);
  }

  /** The log is open. False when the replica was closed meanwhile: the caller closes the log. */
  boolean opened(PartitionLog opened) {
    synchronized (this) {
      if (state == State.CLOSED) {
        return false;
      }
      log = opened;
      opened.onSuspensionChange(this::onSuspensionChange);
      opened.configure(config);
      followTarget();
      if (state == State.OPENING && opened.suspended()) {
        pause();
      } else if (state == State.OPENING && leader == null) {
        // nothing to keep in order: those that waited are refused
        state = leads() ? State.OFFLINE : State.OPEN;
      }
    }
    drain();
    dataWaiters.wakeAll();
    return true;
  }

  private boolean leads() {
    return target.leader().equals(environment.self());
  }

  /** The log could not be opened. */
  void failed() {
    synchronized (this) {
      if (state == State.OPENING) {
        state = State.OFFLINE;
      }
    }
    drain();
    dataWaiters.wakeAll();
  }

  /** It will be tried again; false when the replica is gone or open. */
  synchronized boolean reopening() {
    if (state != State.OFFLINE || log != null) {
      return false;
    }
    waitingSinceNanos = environment.clock().nanos();
    state = State.OPENING;
    return true;
  }

  /** The log was suspended, or goes on. On the thread that does so. */
  private void onSuspensionChange() {
    PartitionLeader resumed = null;
    synchronized (this) {
      if (log == null) {
        return;
      }
      maybePause();
      if (state == State.PAUSED && !log.suspended()) {
        resumed = leader;
        followTarget();
      }
    }
    if (resumed != null) {
      resumed.onLogResumed();
    }
    drain();
    dataWaiters.wakeAll();
  }

  /**
   * Runs who waits, unless somebody does so already. Requests keep arriving at the end of the queue until it is empty; only then
   * does the replica become OPEN.
   */
  private void drain() {
    synchronized (this) {
      if (drainer != null) {
        // it looks at the queue and the state again before it leaves
        return;
      }
      drainer = Thread.currentThread();
    }
    for (;;) {
      Runnable task;
      synchronized (this) {
        boolean ready = !waiting() || log != null && !log.suspended();
        task = ready ? openWaiters.poll() : null;
        if (task == null) {
          if (ready && waiting()) {
            leavePaused(leader == null && leads() ? State.OFFLINE : State.OPEN);
          }
          drainer = null;
          return;
        }
      }
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error("A request that waited for a log failed topic={} partition={}", id.topic(), id.partition(), e);
      }
    }
  }

  /** Goes by a new image of the partition. */
  synchronized void apply(PartitionImage image) {
    if (state == State.CLOSED || image.equals(target)) {
      return;
    }
    target = image;
    if (log != null) {
      followTarget();
    }
    dataWaiters.wakeAll();
  }

  private void followTarget() {
    boolean lead = leads();
    PartitionLeader current = leader;
    if (current != null && (!lead || !current.leaderEpoch().equals(target.leaderEpoch()))) {
      resign();
      current = null;
    }
    if (!lead) {
      return;
    }
    if (current != null) {
      current.updateIsr(target);
      return;
    }
    try {
      log.beginEpoch(target.leaderEpoch());
    } catch (LogSuspendedException e) {
      // begun when the log goes on
      pause();
      return;
    } catch (IOException e) {
      LOG.error("A leader epoch cannot begin, because its log has failed topic={} partition={} leaderEpoch={}", id.topic(),
          id.partition(), target.leaderEpoch(), e);
      state = state == State.OPEN ? State.OFFLINE : state;
      return;
    }
    PartitionLeader next = new PartitionLeader(this, log, target, environment.self(), environment.scheduler());
    leader = next;
    next.begin();
    environment.notifier().elected(next);
  }

  private void resign() {
    PartitionLeader former = leader;
    if (former != null) {
      leader = null;
      former.end();
      if (state == State.OPENING) {
        // the log is open, and without a leader there is no order to keep
        state = State.OPEN;
      }
      environment.notifier().resigned(id.topicPartition());
    }
  }

  synchronized void configure(LogConfig changed) {
    config = changed;
    if (log != null) {
      log.configure(changed);
    }
  }

  /** Ends everything but the log itself, which is returned for the caller to close or delete; null when it is not open. */
  PartitionLog close() {
    PartitionLog former;
    synchronized (this) {
      if (state == State.CLOSED) {
        return null;
      }
      leavePaused(State.CLOSED);
      resign();
      former = log;
      log = null;
    }
    drain();
    dataWaiters.wakeAll();
    return former;
  }
}
