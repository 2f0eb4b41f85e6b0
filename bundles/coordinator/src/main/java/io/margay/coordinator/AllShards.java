package io.margay.coordinator;

import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a coordinator does with all the shards that this node serves: it lists what they hold, and does work that no request asks for. Safe
 * for all threads.
 *
 * @param <S> the state of a shard
 */
public final class AllShards<S extends ShardState> {
  private static final Logger LOG = LoggerFactory.getLogger(AllShards.class);

  private final CoordinatorRuntime<S> runtime;
  private final CoordinatorRuntime.Environment environment;
  private final LineLimit lines;

  /**
   * @param runtime has the shards
   * @param environment that the runtime was given; its executor does the work
   */
  public AllShards(CoordinatorRuntime<S> runtime, CoordinatorRuntime.Environment environment) {
    this.runtime = runtime;
    this.environment = environment;
    this.lines = new LineLimit(environment.clock());
  }

  /**
   * Runs a task for each active shard, on the executor; does not wait for a shard that is in use. A node without shards needs no thread
   * for that.
   *
   * @param task gets the shard
   */
  public void forEach(IntConsumer task) {
    if (runtime.hasShards()) {
      execute(() -> runtime.active().forEach(task::accept));
    }
  }

  /**
   * Runs an operation in steps, each on its own, until it returns that there is no more to do. A failure ends that, and is logged.
   *
   * @param what it does, in a few words that follow "Cannot", from a small set
   * @param shard the shard
   * @param step returns whether there may be more to do
   */
  public void repeat(String what, int shard, Operation<S, Boolean> step) {
    runtime.run(shard, 0, step).whenComplete((more, failure) -> {
      if (failure != null) {
        report(what, shard, failure);
      } else if (more) {
        execute(() -> repeat(what, shard, step));
      }
    });
  }

  private void execute(Runnable task) {
    try {
      environment.executor().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("The coordinator has ended, the next one does the work. coordinator={}", environment.name());
    }
  }

  /**
   * Logs a failure that will be tried again, unless the shard is served elsewhere.
   *
   * @param what as for {@link #repeat}
   * @param shard the shard
   * @param failure why
   */
  public void report(String what, int shard, Throwable failure) {
    Errors error = CoordinatorException.errorOf(failure);
    long heldBack = error == Errors.NOT_COORDINATOR ? LineLimit.HELD : lines.pass(what);
    if (heldBack != LineLimit.HELD) {
      LOG.warn("Cannot {}, will try again. shard={} errorCode={} failedBefore={}", what, shard, error, heldBack);
    }
  }

  /**
   * Asks all active shards.
   *
   * @param bytes what the question of one shard holds in memory, about
   * @param operation lists something of a shard
   * @param <T> what is listed
   * @return of all shards; COORDINATOR_LOAD_IN_PROGRESS while one is being loaded. What a shard holds that goes away meanwhile is listed by
   *     the broker that gets it
   */
  public <T> CompletableFuture<List<T>> list(long bytes, Operation<S, List<T>> operation) {
    if (runtime.loading()) {
      return CompletableFuture.failedFuture(new CoordinatorException(Errors.COORDINATOR_LOAD_IN_PROGRESS));
    }
    List<CompletableFuture<List<T>>> parts = new ArrayList<>();
    for (int shard : runtime.active()) {
      parts.add(runtime.run(shard, bytes, operation).exceptionally(failure -> {
        Errors error = CoordinatorException.errorOf(failure);
        if (error == Errors.NOT_COORDINATOR) {
          return List.of();
        }
        throw new CoordinatorException(error);
      }));
    }
    return joined(parts);
  }

  /**
   * @param parts lists
   * @param <T> their elements
   * @return all in one, or the failure of a part
   */
  public static <T> CompletableFuture<List<T>> joined(List<CompletableFuture<List<T>>> parts) {
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored -> {
      List<T> all = new ArrayList<>();
      parts.forEach(p -> all.addAll(p.join()));
      return all;
    });
  }
}
