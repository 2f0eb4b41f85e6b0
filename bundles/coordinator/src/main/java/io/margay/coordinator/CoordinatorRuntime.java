package io.margay.coordinator;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the shards of one coordinator: loads and unloads them as this broker is elected and resigns, runs operations on them,
 * appends what they write and parks what they answer. Safe for all threads. Owned by the part whose coordinator it is.
 *
 * @param <S> the state of a shard
 */
public final class CoordinatorRuntime<S extends ShardState> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorRuntime.class);

  /**
   * What a runtime needs.
   *
   * @param name of the coordinator, for the log
   * @param clock the time
   * @param scheduler timers
   * @param executor runs the loading of shards and the timers' operations; both may block for the time of an append
   * @param commitTimeoutMs milliseconds that a response waits for the commit
   * @param limits of what may wait
   * @param onActive called on any thread with the index of a shard that has become active
   */
  public record Environment(String name, Clock clock, Scheduler scheduler, Executor executor, IntSupplier commitTimeoutMs,
      Limits limits, IntConsumer onActive) { }

  /**
   * Bounds of what waits, for the commit or for a shard. Beyond them COORDINATOR_NOT_AVAILABLE is answered, which clients retry
   * after a pause: what waits ends soon. Timers of shards are exempt.
   *
   * @param operations that wait for the commit on one shard, and as many that wait for the shard
   * @param bytes of all operations that wait, as their callers counted them; a single larger one is served when nothing else
   *     waits
   */
  public record Limits(int operations, long bytes) { }

  private final Environment environment;
  private final Function<ShardContext, S> factory;
  private final ConcurrentHashMap<Integer, Shard<S>> shards = new ConcurrentHashMap<>();
  private volatile IntPredicate expected = shard -> false;
  private volatile IntSupplier waitMs = () -> 0;
  private final LineLimit logs;
  private final AtomicLong waitingBytes = new AtomicLong();
  private volatile boolean closed;

  /**
   * @param environment what it needs
   * @param factory makes the empty state of a shard
   */
  public CoordinatorRuntime(Environment environment, Function<ShardContext, S> factory) {
    this.environment = environment;
    this.factory = factory;
    this.logs = new LineLimit(environment.clock());
  }

  /**
   * Lets operations wait instead of failing at once, for shards that are being loaded, whose log is suspended, or that are not here
   * and expected.
   *
   * @param expectedHere whether a shard that is not here most likely comes soon, because this broker is to lead its partition
   * @param limitMs how long they wait at most, in milliseconds; 0, as without this call, for not at all
   */
  public void waitFor(IntPredicate expectedHere, IntSupplier limitMs) {
    expected = expectedHere;
    waitMs = limitMs;
  }

  /** What is expected here may have changed: operations that wait for a shard that is not are answered NOT_COORDINATOR. */
  public void recheck() {
    shards.values().forEach(Shard::recheck);
  }

  boolean expects(int shard) {
    return !closed && waitMs() > 0 && expected.test(shard);
  }

  int waitMs() {
    return waitMs.getAsInt();
  }

  /**
   * This broker leads the partition of a shard: loads it, at once on this thread when it is empty.
   *
   * @param shard index of the shard
   * @param writer reaches the partition in this leadership
   */
  public void elected(int shard, PartitionWriter writer) {
    if (!closed) {
      shard(shard).elected(writer);
    }
  }

  /**
   * This broker no longer leads the partition of a shard: drops its state and answers NOT_COORDINATOR to what is parked. What is
   * not run yet waits for the shard to come back when that is expected.
   *
   * @param shard index of the shard
   */
  public void resigned(int shard) {
    Shard<S> s = shards.get(shard);
    if (s != null) {
      s.resigned();
    }
  }

  /**
   * Runs an operation on the caller's thread.
   *
   * @param shard index of the shard
   * @param bytes what the operation holds in memory until it is answered, about
   * @param operation what to run
   * @param <R> the response
   * @return completes with the response when it is committed, or with a {@link CoordinatorException}: NOT_COORDINATOR,
   *     COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, or what the operation threw
   */
  public <R> CompletableFuture<R> run(int shard, long bytes, Operation<S, R> operation) {
    CompletableFuture<R> reply = new CompletableFuture<>();
    shard(shard).run(operation, bytes, reply);
    return reply;
  }

  /**
   * Loads a shard again from its log, when it is served now. What is parked is answered NOT_COORDINATOR; later operations wait.
   *
   * @param shard index of the shard
   */
  public void reload(int shard) {
    Shard<S> s = shards.get(shard);
    if (s != null) {
      s.reloadIfActive();
    }
  }

  /** @return indexes of the shards that are served now */
  public List<Integer> active() {
    List<Integer> result = new ArrayList<>();
    shards.forEach((i, s) -> {
      if (s.isActive()) {
        result.add(i);
      }
    });
    return result;
  }

  /** Whether there may be active shards; without their locks. */
  boolean hasShards() {
    return !shards.isEmpty();
  }

  /** @return whether a shard is being loaded now */
  public boolean loading() {
    return shards.values().stream().anyMatch(Shard::isLoading);
  }

  /**
   * @param shard index of a shard
   * @return whether it is served now
   */
  public boolean active(int shard) {
    Shard<S> s = shards.get(shard);
    return s != null && s.isActive();
  }

  /** Unloads all shards and answers NOT_COORDINATOR to everything that is parked. */
  @Override
  public void close() {
    closed = true;
    shards.values().forEach(Shard::resigned);
  }

  private Shard<S> shard(int index) {
    return shards.computeIfAbsent(index, i -> new Shard<>(this, i));
  }

  String name() {
    return environment.name();
  }

  Clock clock() {
    return environment.clock();
  }

  Scheduler scheduler() {
    return environment.scheduler();
  }

  int commitTimeoutMs() {
    return environment.commitTimeoutMs().getAsInt();
  }

  int maxPending() {
    return environment.limits().operations();
  }

  LineLimit logs() {
    return logs;
  }

  boolean tryReserve(long bytes) {
    long after = waitingBytes.addAndGet(bytes);
    if (after > environment.limits().bytes() && after > bytes) {
      waitingBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void release(long bytes) {
    if (bytes != 0) {
      waitingBytes.addAndGet(-bytes);
    }
  }

  void onActive(int shard) {
    environment.onActive().accept(shard);
  }

  S newState(ShardContext context) {
    return factory.apply(context);
  }

  void execute(Runnable task) {
    try {
      environment.executor().execute(task);
    } catch (RejectedExecutionException e) {
      // the executor ends after the runtime, which has answered everything
      LOG.debug("A task came after the end. coordinator={}", environment.name());
    }
  }
}
