package io.margay.replication.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition that has a replica on this node. It has two states that are independent of each other: whether its log can be used,
 * and its role, which the image decides (none, {@link PartitionLeader}, {@link PartitionFollower}). A role needs an open log.
 *
 * <pre>
 *   OPENING --opened, requests that waited were run--> OPEN --close--> CLOSED (from every state)
 *      |  ^                                            |  ^
 *      |  +--reopening--+           the log is suspended  |  it goes on, requests that waited were run
 *      |                |                              v  |
 *      +----failed--> OFFLINE <--beginEpoch failed--  PAUSED
 * </pre>
 *
 * <p>Changes of state hold the replica's monitor; look-ups read volatile fields. Requests that find it OPENING or PAUSED are queued
 * here and run in their order before any later request sees it OPEN. A log may be suspended before the replica knows. An append
 * that finds it suspended is queued, too; when it is being run by the thread that empties the queue, it returns to the head. On a
 * node that does not lead, nothing waits for the log.
 *
 * <p>Invariant: the table counts the replica as paused exactly while it is PAUSED, and {@link StoredLogs} counts it there while it
 * is OPENING.
 */
public final class LocalReplica {
  private static final Logger LOG = LoggerFactory.getLogger(LocalReplica.class);

  /** How long after a failure this node tries to lead again. */
  static final long RETRY_MS = 5_000;

  enum State { OPENING, OPEN, PAUSED, OFFLINE, CLOSED }

  /** What all replicas of this node share. */
  record Environment(BrokerId self, Scheduler scheduler, Clock clock, LeadershipNotifier notifier, ReplicaTable table,
      FreshBatches fresh, Cluster cluster) {
    /** Milliseconds that only measure how long something takes: the time of day may be set. */
    long nowMs() {
      return clock.nanos() / 1_000_000;
    }
  }

  private final TopicIdPartition id;
  private final Environment environment;
  private final DataWaiters dataWaiters = new DataWaiters();
  private final DataWaiters followerWaiters = new DataWaiters();
  private final OpenTasks openTasks = new OpenTasks();
  private final Object fileLock = new Object();
  private PartitionImage target;
  private LogConfig config;
  private Scheduler.Timer retry;
  /** Whether the last attempt to open the log failed. */
  private boolean failing;
  private volatile State state = State.OPENING;
  /** Whether the image says that this node leads. */
  private volatile boolean leads;
  /** The error for clients after the replica is closed. */
  private volatile Errors closedError = Errors.NOT_LEADER_OR_FOLLOWER;
  private volatile long waitingSinceNanos;
  private volatile PartitionLog log;
  private volatile PartitionLeader leader;
  private volatile PartitionFollower follower;

  LocalReplica(TopicIdPartition id, PartitionImage target, LogConfig config, Environment environment) {
    this.id = id;
    this.target = target;
    this.config = config;
    this.environment = environment;
    this.leads = target.leader().equals(environment.self());
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

  /** @return the followership, or null while this node does not follow or the log is not open */
  public PartitionFollower follower() {
    return follower;
  }

  /** @return the log, or null while it is not open */
  public PartitionLog log() {
    return log;
  }

  /** @return whether this node leads and the log is being opened or is suspended, so that waiting helps */
  public boolean waiting() {
    return leads && isUnavailable();
  }

  private boolean isUnavailable() {
    State now = state;
    return now == State.OPENING || now == State.PAUSED;
  }

  /** @return as {@link #waiting}, after a call has found the log suspended, which the replica may not know yet */
  public synchronized boolean mustWait() {
    maybePause();
    return waiting();
  }

  /**
   * @param waitMs how long requests wait, in milliseconds
   * @return whether requests have already waited for longer than that
   */
  public boolean waitingTooLong(long waitMs) {
    return environment.clock().nanos() - waitingSinceNanos > TimeUnit.MILLISECONDS.toNanos(waitMs);
  }

  /** @return the waiters for something that is committed */
  public DataWaiters dataWaiters() {
    return dataWaiters;
  }

  /** @return followers that wait for something that is appended */
  public DataWaiters followerWaiters() {
    return followerWaiters;
  }

  /** The role, or what can be read, has changed. */
  private void wakeReaders() {
    dataWaiters.wakeAll();
    followerWaiters.wakeAll();
  }

  /** @return the error that tells a client why there is no {@link #leader()} */
  public Errors leaderError() {
    return switch (state) {
      case OFFLINE -> leads ? Errors.KAFKA_STORAGE_ERROR : Errors.NOT_LEADER_OR_FOLLOWER;
      case CLOSED -> closedError;
      default -> Errors.NOT_LEADER_OR_FOLLOWER;
    };
  }

  /** The log could not be opened. @return whether that is new */
  synchronized boolean beginFailure() {
    boolean news = !failing;
    failing = true;
    return news;
  }

  /** The log was opened. @return whether an earlier attempt had failed */
  synchronized boolean endFailure() {
    boolean was = failing;
    failing = false;
    return was;
  }

  /** Held while the log is opened or deleted, so that these exclude each other; taken before the monitor, never after. */
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
   * Registers a task that runs when the log is open and not suspended, or cannot be opened, or this node no longer leads. Tasks run
   * in the order of registration. A task that re-registers while it is being run goes to the head of the queue.
   *
   * @param task runs on the thread that opens or resumes the log; may append, must not wait
   * @return false when the wait is over already; the task does not run then
   */
  public synchronized boolean whenOpen(Runnable task) {
    maybePause();
    if (!waiting()) {
      return false;
    }
    openTasks.add(task);
    return true;
  }

  /** Under the monitor: follows the suspension of a log. */
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
   * @return whether it was still waiting; it will not run then
   */
  public synchronized boolean cancelWhenOpen(Runnable task) {
    return openTasks.remove(task);
  }

  /** The log is open. False when the replica was closed meanwhile: the caller closes the log. */
  boolean opened(PartitionLog opened) {
    synchronized (this) {
      if (state == State.CLOSED) {
        return false;
      }
      adopt(opened);
      if (state == State.OPENING && opened.suspended()) {
        pause();
      } else if (state == State.OPENING && leader == null) {
        // there is no order to keep: the waiting requests are refused
        state = leads ? State.OFFLINE : State.OPEN;
      }
    }
    drain();
    wakeReaders();
    return true;
  }

  /** Under the monitor. After a failure the caller still owns the log. */
  private void adopt(PartitionLog opened) {
    opened.onSuspensionChange(this::onSuspensionChange);
    opened.configure(config);
    log = opened;
    try {
      followTarget();
    } catch (RuntimeException | Error e) {
      resign();
      stopFollowing();
      log = null;
      throw e;
    }
  }

  /** The log could not be opened. */
  void failed() {
    synchronized (this) {
      if (state == State.OPENING) {
        state = State.OFFLINE;
        giveUp();
      }
    }
    drain();
    wakeReaders();
  }

  /** The log will be opened again; false when the replica is closed or open. */
  synchronized boolean reopening() {
    if (state != State.OFFLINE || log != null) {
      return false;
    }
    waitingSinceNanos = environment.clock().nanos();
    state = State.OPENING;
    return true;
  }

  /** The log was suspended, or resumed. On the thread that does so. */
  private void onSuspensionChange() {
    PartitionLeader resumed = null;
    PartitionLeader former = null;
    synchronized (this) {
      if (log == null) {
        return;
      }
      maybePause();
      if (state == State.PAUSED && !log.suspended()) {
        resumed = leader;
        former = followTarget();
      }
    }
    if (former != null) {
      former.tellEnd(Errors.NOT_LEADER_OR_FOLLOWER);
    }
    if (resumed != null) {
      resumed.onLogResumed();
    }
    drain();
    wakeReaders();
  }

  /**
   * Runs the queued tasks, unless another thread does so already. Requests keep arriving at the end of the queue until it is empty;
   * only then does the replica become OPEN. A task that throws an exception does not affect the next one.
   */
  private void drain() {
    synchronized (this) {
      if (!openTasks.beginDraining()) {
        return;
      }
    }
    try {
      OpenTasks.drain(this, this::nextOrEnd);
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        openTasks.endDraining();
      }
      throw e;
    }
  }

  /** The next task for the thread that drains; null when none may run, and then that thread stops. */
  private synchronized Runnable nextOrEnd() {
    boolean usable = log != null && !log.suspended();
    Runnable task = usable || !waiting() ? openTasks.poll() : null;
    if (task == null) {
      if (usable && isUnavailable()) {
        leavePaused(leader == null && leads ? State.OFFLINE : State.OPEN);
      }
      openTasks.endDraining();
    }
    return task;
  }

  /** Applies a new image of the partition. */
  void apply(PartitionImage image) {
    PartitionLeader former = null;
    boolean waits;
    synchronized (this) {
      if (state == State.CLOSED || image == target || image.equals(target)) {
        return;
      }
      target = image;
      leads = image.leader().equals(environment.self());
      if (log != null) {
        former = followTarget();
      }
      waits = waiting();
    }
    if (former != null) {
      former.tellEnd(Errors.NOT_LEADER_OR_FOLLOWER);
    }
    if (!waits) {
      // requests that wait for a log that this node no longer leads are refused now
      drain();
    }
    wakeReaders();
  }

  /**
   * Under the monitor: takes the role that the image says.
   *
   * @return the leadership that ended, for {@link PartitionLeader#tellEnd}; or null
   */
  private PartitionLeader followTarget() {
    PartitionLeader former = null;
    if (leader != null && (!leads || !leader.leaderEpoch().equals(target.leaderEpoch()))) {
      former = resign();
    }
    PartitionFollower following = follower;
    if (following != null && (leads || !following.leaderEpoch().equals(target.leaderEpoch()))) {
      stopFollowing();
    }
    if (leads && leader != null) {
      leader.updateIsr(target);
    } else if (leads) {
      lead();
    } else if (follower == null && !target.leader().equals(BrokerId.NONE)) {
      follower = new PartitionFollower(this, log, target);
      environment.cluster().followers().add(follower);
    }
    return former;
  }

  private void stopFollowing() {
    PartitionFollower ended = follower;
    if (ended != null) {
      follower = null;
      ended.end();
      environment.cluster().followers().remove(ended);
    }
  }

  private void lead() {
    try {
      log.beginEpoch(target.leaderEpoch());
    } catch (LogSuspendedException e) {
      // it begins when the log is resumed
      pause();
      return;
    } catch (IOException | RuntimeException e) {
      LOG.error("A leader epoch cannot begin, because its log has failed; it will be tried again topic={} partition={} leaderEpoch={} "
          + "afterMs={}", id.topic(), id.partition(), target.leaderEpoch(), RETRY_MS, e);
      state = state == State.OPEN ? State.OFFLINE : state;
      retryLater();
      giveUp();
      return;
    }
    PartitionLeader next = new PartitionLeader(this, log, target, environment);
    leader = next;
    next.begin();
    environment.notifier().elected(next);
  }

  /** Under the monitor: while this node cannot lead, another one shall. */
  private void giveUp() {
    LeaderEpoch epoch = target.leaderEpoch();
    if (leads) {
      environment.scheduler().after(0, () -> environment.cluster().giveUp(id, epoch, answer -> { }));
    }
  }

  private void retryLater() {
    if (retry == null) {
      retry = environment.scheduler().after(RETRY_MS, this::retryNow);
    }
  }

  private void retryNow() {
    synchronized (this) {
      retry = null;
      if (state != State.OFFLINE || log == null) {
        return;
      }
      followTarget();
      if (leader != null) {
        state = State.OPEN;
      }
    }
    wakeReaders();
  }

  /** Under the monitor. @return the leadership that ended, or null */
  private PartitionLeader resign() {
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
    return former;
  }

  synchronized void configure(LogConfig changed) {
    config = changed;
    if (log != null) {
      log.configure(changed);
    }
  }

  /**
   * Ends everything except the log itself, which is returned for the caller to close or delete; null when it is not open.
   *
   * @param why the error for clients whose requests wait: NOT_LEADER_OR_FOLLOWER, or UNKNOWN_TOPIC_OR_PARTITION
   */
  PartitionLog close(Errors why) {
    PartitionLog closed;
    PartitionLeader former;
    synchronized (this) {
      if (state == State.CLOSED) {
        return null;
      }
      closedError = why;
      leavePaused(State.CLOSED);
      former = resign();
      stopFollowing();
      closed = log;
      log = null;
      if (retry != null) {
        retry.cancel();
      }
    }
    if (former != null) {
      former.tellEnd(why);
    }
    drain();
    wakeReaders();
    return closed;
  }
}
