package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class AllShardsTest extends CoordinatorRuntimeFixture {
  private final List<Integer> seen = new ArrayList<>();

  private AllShards<Sum> shards(Executor executor) {
    return new AllShards<>(runtime, new CoordinatorRuntime.Environment("test", Clock.SYSTEM, timers, executor, () -> 1000,
        new CoordinatorRuntime.Limits(3, 1_000), shard -> { }));
  }

  private Result<Boolean> step(Sum s, long now) {
    return Result.of(List.of(record(1)), s.value < 2);
  }

  @Test
  void workIsDoneInSteps() {
    AllShards<Sum> shards = shards(executed::add);
    runtime.elected(0, log);
    shards.forEach(shard -> shards.repeat("count", shard, this::step));
    int steps = 0;
    while (!executed.isEmpty()) {
      executed.remove(0).run();
      steps++;
    }
    assertThat(steps).as("the look at all shards, and each step but the first, which comes with it").isEqualTo(3);
    assertThat(get().join()).isEqualTo(3);
  }

  @Test
  void withoutShardsNothingIsExecuted() {
    shards(executed::add).forEach(seen::add);
    assertThat(executed).isEmpty();
  }

  @Test
  void aFailureAndAnExecutorThatHasEndedEndTheWork() {
    runtime.elected(0, log);
    log.failWith = Errors.NOT_ENOUGH_REPLICAS;
    shards(executed::add).repeat("count", 0, this::step);
    assertThat(executed).isEmpty();
    log.failWith = Errors.NONE;
    shards(task -> {
      throw new RejectedExecutionException();
    }).repeat("count", 0, this::step);
    assertThat(get().join()).as("one step").isEqualTo(1);
  }

  @Test
  void allShardsAreListedUnlessOneIsBeingLoaded() {
    AllShards<Sum> shards = shards(Runnable::run);
    Log second = new Log();
    second.records.add(record(5));
    runtime.elected(0, log);
    runtime.elected(1, second);
    Operation<Sum, List<Integer>> values = (s, now) -> Result.of(List.of(s.value));
    assertThat(shards.list(1, values).join()).containsExactlyInAnyOrder(0, 5);
    assertThat(error(shards.<Integer>list(1, (s, now) -> {
      if (s.value == 5) {
        throw new CoordinatorException(Errors.NOT_COORDINATOR);
      }
      return Result.of(List.of(s.value));
    }))).as("another broker lists it").isEqualTo(Errors.NONE);
    CompletableFuture<List<Integer>> refused = shards.list(1, (s, now) -> {
      throw new CoordinatorException(Errors.COORDINATOR_NOT_AVAILABLE);
    });
    assertThat(error(refused)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    inline = false;
    runtime.elected(2, second);
    assertThat(error(shards.list(1, values))).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
  }
}
