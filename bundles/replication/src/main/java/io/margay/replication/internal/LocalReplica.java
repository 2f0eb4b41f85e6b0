package io.margay.replication.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition that has a replica on this node: its log, once that is open, and the leadership, while this node has it.
 *
 * <pre>
 *   OPENING --opened, requests that waited were run--> OPEN --close--> CLOSED
 *      |  ^                                             |                ^
 *      |  +---------- reopening ------+                 | beginEpoch failed
 *      +--failed--> OFFLINE ----------+ <---------------+                |
 *                      +-------------------close-------------------------+
 * </pre>
 *
 * <p>Changes of state hold the replica's monitor; look-ups read volatile fields. Requests that find it OPENING queue up here and
 * run in their order before any later one sees it OPEN.
 */
public final class LocalReplica {
  private static final Logger LOG = LoggerFactory.getLogger(LocalReplica.class);

  enum State { OPENING, OPEN, OFFLINE, CLOSED }

  private final TopicIdPartition id;
  private final BrokerId self;
  private final Scheduler scheduler;
  private final LeadershipNotifier notifier;
  private final DataWaiters dataWaiters = new DataWaiters();
  private final ArrayDeque<Runnable> openWaiters = new ArrayDeque<>(0);
  private final Object fileLock = new Object();
  private PartitionImage target;
  private LogConfig config;
  private volatile State state = State.OPENING;
  private volatile PartitionLog log;
  private volatile PartitionLeader leader;

  LocalReplica(TopicIdPartition id, PartitionImage target, LogConfig config, BrokerId self, Scheduler scheduler,
      LeadershipNotifier notifier) {
    this.id = id;
    this.target = target;
    this.config = config;
    this.self = self;
    this.scheduler = scheduler;
    this.notifier = notifier;
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

  /** @return whether the log is still being opened, so that waiting may help */
  public boolean opening() {
    return state == State.OPENING;
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
   * Has a task run when the log is open, or cannot be opened.
   *
   * @param task run by the thread that opens; may append, must not wait
   * @return false when the wait is over already; the task is not run then
   */
  public synchronized boolean awaitOpen(Runnable task) {
    if (state != State.OPENING) {
      return false;
    }
    openWaiters.add(task);
    return true;
  }

  /**
   * @param task given to {@link #awaitOpen} before
   * @return whether it was still waiting; it will not be run then
   */
  public synchronized boolean cancelAwaitOpen(Runnable task) {
    return openWaiters.remove(task);
  }

  /** The log is open. False when the replica was closed meanwhile: the caller closes the log. */
  boolean opened(PartitionLog opened) {
    synchronized (this) {
      if (state == State.CLOSED) {
        return false;
      }
      log = opened;
      opened.configure(config);
      followTarget();
      if (leader == null) {
        // nothing to keep in order: those that waited are refused
        state = target.leader().equals(self) ? State.OFFLINE : State.OPEN;
      }
    }
    runOpenWaiters();
    dataWaiters.wakeAll();
    return true;
  }

  /** The log could not be opened. */
  void failed() {
    synchronized (this) {
      if (state == State.OPENING) {
        state = State.OFFLINE;
      }
    }
    runOpenWaiters();
    dataWaiters.wakeAll();
  }

  /** It will be tried again; false when the replica is gone or open. */
  synchronized boolean reopening() {
    if (state != State.OFFLINE || log != null) {
      return false;
    }
    state = State.OPENING;
    return true;
  }

  /** Requests keep arriving at the end of the queue until it is empty; only then does the replica become OPEN. */
  private void runOpenWaiters() {
    for (;;) {
      Runnable task;
      synchronized (this) {
        task = openWaiters.poll();
        if (task == null) {
          if (state == State.OPENING && log != null) {
            state = State.OPEN;
          }
          return;
        }
      }
      task.run();
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
    boolean lead = target.leader().equals(self);
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
    } catch (IOException e) {
      LOG.error("A leader epoch cannot begin, because its log has failed topic={} partition={} leaderEpoch={}", id.topic(),
          id.partition(), target.leaderEpoch(), e);
      state = state == State.OPEN ? State.OFFLINE : state;
      return;
    }
    PartitionLeader next = new PartitionLeader(this, log, target, self, scheduler);
    leader = next;
    next.begin();
    notifier.elected(next);
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
      notifier.resigned(id.topicPartition());
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
      state = State.CLOSED;
      resign();
      former = log;
      log = null;
    }
    runOpenWaiters();
    dataWaiters.wakeAll();
    return former;
  }
}
