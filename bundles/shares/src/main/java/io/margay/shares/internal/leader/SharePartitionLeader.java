package io.margay.shares.internal.leader;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.shares.internal.leader.StateWriter.Step;
import io.margay.shares.internal.partition.Acknowledgement;
import io.margay.shares.internal.partition.Acquired;
import io.margay.shares.internal.partition.GivenUp;
import io.margay.shares.internal.partition.SharePartition;
import io.margay.shares.internal.state.StateKey;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.partition.LeaderPartition;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A share partition whose partition this broker leads: reads records for members, and keeps what they have acquired. Safe for all threads: its lock
 * guards the {@link SharePartition}; nothing is called while it is held but the log, where that needs no disk.
 *
 * <pre>
 *   LOADING -- the coordinator gave the state --> ACTIVE -- leadership lost, fenced, idle --> CLOSED
 * </pre>
 */
public final class SharePartitionLeader implements StateWriter.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(SharePartitionLeader.class);
  private static final int WATCH_MS = 60_000;
  private static final int PASSES = 8;

  private final StateKey key;
  private final LeaderPartition log;
  private final ShareEnvironment environment;
  private final RecordTaker taker;
  private final GivenUpCopier copier;
  private final Consumer<SharePartitionLeader> onClosed;
  private final ShareWaiters waiters = new ShareWaiters(this);
  /** Completes when the state was read, or cannot be. */
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  /** Null while the state is being read. */
  private SharePartition partition;
  private StateWriter writer;
  private Errors closed = Errors.NONE;
  private boolean reading;
  /** The log is suspended, and wakes all when it goes on. */
  private boolean suspended;
  private boolean watching;
  private Scheduler.Timer timer;
  private long timerAtMs = Long.MAX_VALUE;
  private long usedAtMs;

  /**
   * @param key which share partition
   * @param log the partition
   * @param environment what it needs
   * @param onClosed called, without the lock, when it can no longer be used
   */
  SharePartitionLeader(StateKey key, LeaderPartition log, ShareEnvironment environment, Consumer<SharePartitionLeader> onClosed) {
    this.key = key;
    this.log = log;
    this.environment = environment;
    this.taker = new RecordTaker(log, environment.groups().limits(key.groupId()));
    this.copier = new GivenUpCopier(some -> environment.letters().copy(new DeadLetters.Batch(key, log, some, this::isOpen)), this, this::copied);
    this.onClosed = onClosed;
    this.usedAtMs = environment.elapsedMs();
  }

  /** @return which share partition */
  public StateKey key() {
    return key;
  }

  /** @return the partition below */
  LeaderPartition log() {
    return log;
  }

  // ------------------------------------------------------------------------------------------------ coming and going

  /** The state was read; {@code locks} are what members had acquired from this leader before. */
  void loaded(SharePartition loaded, int stateEpoch, List<SharePartition.Lock> locks) {
    locked(() -> {
      if (closed != Errors.NONE || partition != null) {
        return null;
      }
      partition = loaded;
      partition.restore(locks, environment.elapsedMs());
      writer = new StateWriter(key, environment, this, log.leaderEpoch().value(), stateEpoch, loaded);
      schedule();
      Step wake = waiters.wakeAll();
      return Step.both(() -> {
        ready.complete(null);
        wake.run();
      }, copyGivenUp());
    });
  }

  /** It can no longer be used: everything that waits is answered. */
  void close(Errors error) {
    locked(() -> closing(error));
  }

  private Step closing(Errors error) {
    if (closed != Errors.NONE) {
      return null;
    }
    closed = error;
    if (timer != null) {
      timer.cancel();
    }
    Step answers = writer == null ? null : writer.close(error);
    Step wake = waiters.wakeAll();
    return () -> {
      if (answers != null) {
        answers.run();
      }
      onClosed.accept(this);
      ready.complete(null);
      wake.run();
    };
  }

  /**
   * Closes it when nobody uses it, so that its state is read again at the next use.
   *
   * @param idleMs for how long nobody must have used it
   * @return whether it is closed now
   */
  public boolean closeIfIdle(long idleMs) {
    boolean[] idle = new boolean[1];
    locked(() -> {
      idle[0] = closed == Errors.NONE && waiters.isEmpty() && (partition == null || !partition.isBusy())
          && environment.elapsedMs() - usedAtMs >= idleMs;
      return idle[0] ? closing(Errors.NOT_LEADER_OR_FOLLOWER) : null;
    });
    return idle[0];
  }

  /** What members have acquired now. */
  synchronized List<SharePartition.Lock> locks() {
    return partition == null ? List.of() : partition.locks(environment.elapsedMs());
  }

  /** Whether an acknowledgement waits for its write, or a record that was given up for its copy. */
  synchronized boolean isWriting() {
    return partition != null && closed == Errors.NONE && (partition.isWriting() || copier.isCopying());
  }

  private synchronized boolean isOpen() {
    return closed == Errors.NONE;
  }

  private Step copyGivenUp() {
    return closed == Errors.NONE ? copier.proceed(partition) : null;
  }

  /** What was given up was copied, or is left to the next leader. With the lock. */
  private Step copied(List<GivenUp> some, boolean done) {
    if (closed != Errors.NONE || !done) {
      return closing(Errors.NOT_LEADER_OR_FOLLOWER);
    }
    partition.copied(some);
    return Step.both(writer.proceed(), copyGivenUp());
  }

  @Override
  public void locked(Supplier<Step> body) {
    Step after;
    synchronized (this) {
      after = body.get();
    }
    if (after != null) {
      after.run();
    }
  }

  @Override
  public Step fenced(Errors error) {
    if (environment.logs().pass("fenced " + error) >= 0) {
      LOG.info("The state of a share partition cannot be written any more, it is read again. group={} topic={} partition={} errorCode={}",
          key.groupId(), log.id().topic(), key.partition(), error);
    }
    return closing(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  @Override
  public Step written(boolean released) {
    Step more = writer.proceed();
    schedule();
    return Step.both(Step.both(more, released ? waiters.wake() : null), copyGivenUp());
  }

  // ------------------------------------------------------------------------------------------------ fetching

  /**
   * Reads records and acquires them for a member.
   *
   * @param want what the member wants
   * @param memory reserves bytes for what is read from a disk; null when it must not wait for a disk
   * @return what it got
   */
  public Fetched fetch(Want want, LongPredicate memory) {
    try {
      for (int pass = 0; pass < PASSES; pass++) {
        Fetched fetched = memory == null ? hot(want) : blocking(want, memory);
        // what is not delivered was passed over; there may be more behind it
        if (fetched != null) {
          return fetched;
        }
      }
      return Fetched.NOTHING;
    } catch (LogSuspendedException e) {
      awaitResumption();
      return Fetched.NOTHING;
    } catch (IndexOutOfBoundsException e) {
      // the log was cut after its bounds were looked at
      return Fetched.NOTHING;
    } catch (CorruptRecordException | IOException e) {
      // it may have acquired something, and given it back
      passOn();
      return Fetched.failed(e instanceof IOException ? Errors.KAFKA_STORAGE_ERROR : Errors.CORRUPT_MESSAGE);
    }
  }

  /** Until the log goes on nothing is read, and nobody is woken. */
  private void awaitResumption() {
    synchronized (this) {
      if (suspended) {
        return;
      }
      suspended = true;
    }
    Runnable resumed = () -> locked(() -> {
      suspended = false;
      return waiters.wakeAll();
    });
    if (!log.whenResumed(resumed)) {
      resumed.run();
    }
  }

  /** @return changes when something comes */
  public synchronized Mark mark() {
    return new Mark(taker.visibleEnd(), waiters.comings());
  }

  /**
   * Looks how much there is, and acquires nothing.
   *
   * @param want what a member wants
   * @return bytes of records that it would get, up to what it wants; at least so many where a look would wait for a disk, or fails
   */
  public synchronized int readable(Want want) {
    try {
      RecordTaker.Place place = refusal() == null ? place() : null;
      if (place == null || !log.isHot(place.offset())) {
        return place == null && closed == Errors.NONE ? 0 : want.maxBytes();
      }
      Records records = log.read(place.offset(), want.maxBytes(), place.bound(), true).records();
      records.release();
      return records.sizeBytes();
    } catch (IOException | IndexOutOfBoundsException | CorruptRecordException e) {
      // the fetch says what is wrong
      return want.maxBytes();
    }
  }

  private synchronized Fetched hot(Want want) throws IOException {
    Fetched refusal = refusal();
    RecordTaker.Place place = refusal == null ? place() : null;
    if (place == null) {
      return refusal == null ? Fetched.NOTHING : refusal;
    }
    if (!log.isHot(place.offset())) {
      return Fetched.NEEDS_DISK;
    }
    return take(want, place, taker.read(place, want));
  }

  private Fetched blocking(Want want, LongPredicate memory) throws IOException {
    RecordTaker.Place place;
    synchronized (this) {
      Fetched refusal = refusal();
      place = refusal == null ? place() : null;
      if (place == null) {
        return refusal == null ? Fetched.NOTHING : refusal;
      }
      reading = true;
    }
    LogSlices.Slice slice = null;
    try {
      slice = taker.read(place, want);
    } finally {
      if (slice == null) {
        locked(() -> {
          reading = false;
          return waiters.wakeOne();
        });
      }
    }
    Fetched fetched;
    synchronized (this) {
      reading = false;
      if (closed != Errors.NONE) {
        slice.records().release();
        return Fetched.failed(closed);
      }
      // before it is acquired
      if (slice.records().bufferOrNull() == null && !memory.test(slice.records().sizeBytes())) {
        slice.records().release();
        return Fetched.NO_MEMORY;
      }
      fetched = take(want, place, slice);
    }
    if (fetched == null || fetched.records() == null) {
      return fetched;
    }
    try {
      return new Fetched(fetched.error(), LogSlices.inMemory(fetched.records()), fetched.acquired(), false);
    } catch (IOException | RuntimeException | Error e) {
      undo(want.memberId(), fetched.acquired());
      throw e;
    }
  }

  /**
   * What a member has acquired is not sent to it: others get it, and it does not count as delivered.
   *
   * @param memberId the member
   * @param acquired what it had got
   */
  public void undo(String memberId, List<Acquired> acquired) {
    locked(() -> partition != null && closed == Errors.NONE && partition.undo(memberId, acquired)
        ? Step.both(writer.proceed(), waiters.wake()) : null);
  }

  private Fetched refusal() {
    usedAtMs = environment.elapsedMs();
    if (closed != Errors.NONE) {
      return Fetched.failed(closed);
    }
    return partition == null || reading ? Fetched.NOTHING : null;
  }

  /** Null when there is nothing to read. */
  private RecordTaker.Place place() {
    if (suspended) {
      return null;
    }
    if (partition.expire(environment.elapsedMs())) {
      schedule();
      // what is written calls others, which must not happen here
      environment.blocking().execute(() -> locked(() -> closed == Errors.NONE ? writer.proceed() : null));
    }
    return taker.place(partition);
  }

  private Fetched take(Want want, RecordTaker.Place place, LogSlices.Slice slice) throws IOException {
    Fetched fetched = taker.take(partition, want, place, slice, environment.elapsedMs());
    schedule();
    return fetched;
  }

  // ------------------------------------------------------------------------------------------------ acknowledging

  /**
   * Takes the acknowledgements of a member.
   *
   * @param memberId the member
   * @param acknowledgements what it says
   * @return completes with NONE when they are written, or with an error; never fails
   */
  public CompletableFuture<Errors> acknowledge(String memberId, List<Acknowledgement> acknowledgements) {
    CompletableFuture<Errors> reply = new CompletableFuture<>();
    // the state may still have to be read, after this part was replaced
    ready.thenRun(() -> acknowledge(memberId, acknowledgements, reply));
    return reply;
  }

  private void acknowledge(String memberId, List<Acknowledgement> acknowledgements, CompletableFuture<Errors> reply) {
    locked(() -> {
      usedAtMs = environment.elapsedMs();
      if (closed != Errors.NONE) {
        Errors gone = closed;
        return () -> reply.complete(gone);
      }
      // what has expired is written, and others get it, also when the acknowledgement comes too late for it
      boolean expired = partition.expire(usedAtMs);
      Errors error = partition.acknowledge(memberId, acknowledgements, usedAtMs);
      if (error == Errors.NONE) {
        writer.add(reply);
      }
      schedule();
      Step more = Step.both(writer.proceed(), expired ? waiters.wake() : null);
      return error == Errors.NONE ? more : Step.both(() -> reply.complete(error), more);
    });
  }

  /** A member has gone, or no longer consumes it: others get what it has acquired. */
  public void release(String memberId) {
    locked(() -> partition != null && closed == Errors.NONE && partition.release(memberId) ? Step.both(writer.proceed(), waiters.wake()) : null);
  }

  // ------------------------------------------------------------------------------------------------ time

  /** Sets the timer to the first deadline. */
  private void schedule() {
    long deadline = partition == null || closed != Errors.NONE ? Long.MAX_VALUE : partition.nextDeadlineMs();
    if (deadline == Long.MAX_VALUE || timer != null && timerAtMs <= deadline) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    timerAtMs = deadline;
    timer = environment.scheduler().after(Math.max(0, deadline - environment.elapsedMs()), () -> environment.blocking().execute(this::onTimer));
  }

  private void onTimer() {
    locked(() -> {
      timer = null;
      timerAtMs = Long.MAX_VALUE;
      if (partition == null || closed != Errors.NONE) {
        return null;
      }
      boolean any = partition.expire(environment.elapsedMs());
      schedule();
      return any ? Step.both(writer.proceed(), waiters.wake()) : null;
    });
  }

  // ------------------------------------------------------------------------------------------------ waiting

  /**
   * Lets a fetch wait until there may be something for it.
   *
   * @param waiter the fetch
   * @param seen what there was when it looked and found too little; null when it takes whatever comes
   */
  public void await(ShareWaiter waiter, Mark seen) {
    locked(() -> {
      if (closed != Errors.NONE || seen != null && !seen.equals(mark())) {
        return waiter::wake;
      }
      if (seen != null) {
        waiters.addPatient(waiter);
      } else {
        waiters.add(waiter);
      }
      return wakeOrWatch();
    });
  }

  /** @param waiter a fetch that does not wait any more */
  public void forget(ShareWaiter waiter) {
    locked(() -> {
      waiters.remove(waiter);
      return null;
    });
  }

  /** A fetch that may have been woken has ended: what is left is for another one, which else waits for more. */
  public void passOn() {
    locked(this::wakeOrWatch);
  }

  private Step wakeOrWatch() {
    if (waiters.isEmpty() || partition == null || closed != Errors.NONE || reading) {
      return null;
    }
    return waiters.hasEager() && place() != null ? waiters.wakeOne() : watch();
  }

  private Step watch() {
    if (watching || waiters.isEmpty() || partition == null || reading || suspended) {
      return null;
    }
    long next = log.highWatermark() + 1;
    if (waiters.hasEager() && partition.nextOffset() >= 0 && partition.nextOffset() < taker.visibleEnd()) {
      // it came after the caller had looked
      return waiters.wakeOne();
    }
    watching = true;
    return () -> log.whenCommitted(next, WATCH_MS, error -> locked(() -> {
      watching = false;
      return error == Errors.NONE ? waiters.wake() : error == Errors.REQUEST_TIMED_OUT ? watch() : null;
    }));
  }
}
