package io.margay.shares.internal.leader;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.shares.internal.partition.Acknowledgement;
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
  private static final int LETTERS = 500;

  private final StateKey key;
  private final LeaderPartition log;
  private final ShareEnvironment environment;
  private final RecordTaker taker;
  private final Consumer<SharePartitionLeader> onClosed;
  private final ShareWaiters waiters = new ShareWaiters();
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
  /** Records that were given up are being copied. */
  private boolean copying;
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
      StateWriter.Step wake = wakeAll();
      return both(() -> {
        ready.complete(null);
        wake.run();
      }, copyGivenUp());
    });
  }

  /** It can no longer be used: everything that waits is answered. */
  void close(Errors error) {
    locked(() -> closing(error));
  }

  private StateWriter.Step closing(Errors error) {
    if (closed != Errors.NONE) {
      return null;
    }
    closed = error;
    if (timer != null) {
      timer.cancel();
    }
    StateWriter.Step answers = writer == null ? null : writer.close(error);
    StateWriter.Step wake = wakeAll();
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
    return partition != null && closed == Errors.NONE && (partition.isWriting() || copying);
  }

  private synchronized boolean isOpen() {
    return closed == Errors.NONE;
  }

  /** Copies what was given up to the dead letter topic, some at a time. */
  private StateWriter.Step copyGivenUp() {
    List<GivenUp> some = copying || closed != Errors.NONE ? List.of() : partition.givenUp(LETTERS);
    if (some.isEmpty()) {
      return null;
    }
    copying = true;
    return () -> environment.letters().copy(new DeadLetters.Batch(key, log, some, this::isOpen)).thenAccept(done -> locked(() -> {
      copying = false;
      if (closed != Errors.NONE || !done) {
        return closing(Errors.NOT_LEADER_OR_FOLLOWER);
      }
      partition.copied(some);
      return both(writer.proceed(), copyGivenUp());
    }));
  }

  @Override
  public void locked(Supplier<StateWriter.Step> body) {
    StateWriter.Step after;
    synchronized (this) {
      after = body.get();
    }
    if (after != null) {
      after.run();
    }
  }

  @Override
  public StateWriter.Step fenced(Errors error) {
    if (environment.logs().pass("fenced " + error) >= 0) {
      LOG.info("The state of a share partition cannot be written any more, it is read again. group={} topic={} partition={} errorCode={}",
          key.groupId(), log.id().topic(), key.partition(), error);
    }
    return closing(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  @Override
  public StateWriter.Step written(boolean released) {
    StateWriter.Step more = writer.proceed();
    schedule();
    return both(both(more, released ? wake() : null), copyGivenUp());
  }

  private static StateWriter.Step both(StateWriter.Step first, StateWriter.Step second) {
    return first == null ? second : second == null ? first : () -> {
      first.run();
      second.run();
    };
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
    } catch (CorruptRecordException e) {
      return Fetched.failed(Errors.CORRUPT_MESSAGE);
    } catch (IOException e) {
      return Fetched.failed(Errors.KAFKA_STORAGE_ERROR);
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
      return wakeAll();
    });
    if (!log.whenResumed(resumed)) {
      resumed.run();
    }
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
          return wakeOne();
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
    return fetched == null || fetched.records() == null ? fetched
        : new Fetched(fetched.error(), LogSlices.inMemory(fetched.records()), fetched.acquired(), false);
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
      StateWriter.Step more = both(writer.proceed(), expired ? wake() : null);
      return error == Errors.NONE ? more : both(() -> reply.complete(error), more);
    });
  }

  /** A member has gone, or no longer consumes it: others get what it has acquired. */
  public void release(String memberId) {
    locked(() -> partition != null && closed == Errors.NONE && partition.release(memberId) ? both(writer.proceed(), wake()) : null);
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
      return any ? both(writer.proceed(), wake()) : null;
    });
  }

  // ------------------------------------------------------------------------------------------------ waiting

  /**
   * Lets a fetch wait until there may be something for it.
   *
   * @param waiter the fetch
   * @param patient whether there is something, and too little for it
   */
  public void await(ShareWaiter waiter, boolean patient) {
    locked(() -> {
      if (closed != Errors.NONE) {
        return waiter::wake;
      }
      if (patient) {
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

  private StateWriter.Step wakeOrWatch() {
    if (waiters.isEmpty() || partition == null || closed != Errors.NONE || reading) {
      return null;
    }
    return waiters.hasEager() && place() != null ? wakeOne() : watch();
  }

  private StateWriter.Step watch() {
    if (watching || waiters.isEmpty() || partition == null || reading || suspended) {
      return null;
    }
    long next = log.highWatermark() + 1;
    if (waiters.hasEager() && partition.nextOffset() >= 0 && partition.nextOffset() < taker.visibleEnd()) {
      // it came after the caller had looked
      return wakeOne();
    }
    watching = true;
    return () -> log.whenCommitted(next, WATCH_MS, error -> locked(() -> {
      watching = false;
      return error == Errors.NONE ? wake() : error == Errors.REQUEST_TIMED_OUT ? watch() : null;
    }));
  }

  /** Something has come. */
  private StateWriter.Step wake() {
    List<ShareWaiter> patient = waiters.drainPatient();
    return patient.isEmpty() ? wakeOne() : both(wakeOne(), () -> patient.forEach(ShareWaiter::wake));
  }

  private StateWriter.Step wakeOne() {
    ShareWaiter first = waiters.poll();
    return first == null ? null : () -> {
      if (!first.wake()) {
        locked(this::wakeOne);
      }
    };
  }

  private StateWriter.Step wakeAll() {
    List<ShareWaiter> all = waiters.drain();
    return () -> all.forEach(ShareWaiter::wake);
  }
}
