package io.margay.shares.internal.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.shares.internal.partition.Acknowledgement;
import io.margay.shares.internal.partition.GivenUp;
import io.margay.shares.internal.partition.ShareLimits;
import io.margay.shares.internal.partition.TestLimits;
import io.margay.shares.internal.state.StateKey;
import io.margay.spi.time.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;

/** A broker that leads the partitions of a share group, with states, a log and letters in memory. */
abstract class SharePartitionsFixture {
  static final UUID T = new UUID(1, 1);
  static final StateKey KEY = new StateKey("g", T, 0);

  final ManualTime time = new ManualTime();
  final TestLimits limits = new TestLimits();
  final MemoryStates states = new MemoryStates();
  final MemoryPartition log = new MemoryPartition(T);
  final List<Runnable> background = new ArrayList<>();
  boolean inBackground;
  String reset = "earliest";
  int most = 10;
  final List<GivenUp> letters = new ArrayList<>();
  DeadLetters.Batch letterBatch;
  CompletableFuture<Boolean> copied = CompletableFuture.completedFuture(true);
  SharePartitions partitions;

  @BeforeEach
  void start() {
    partitions = new SharePartitions(new ShareEnvironment(time, time, task -> {
      if (inBackground) {
        background.add(task);
      } else {
        task.run();
      }
    }, states, new ShareEnvironment.Groups() {
      @Override
      public ShareLimits limits(String groupId) {
        return limits;
      }

      @Override
      public String autoOffsetReset(String groupId) {
        return reset;
      }
    }, this::copy, new LineLimit(time)), () -> most);
    partitions.elected(log);
  }

  CompletableFuture<Boolean> copy(DeadLetters.Batch batch) {
    letterBatch = batch;
    letters.addAll(batch.offsets());
    return copied;
  }

  SharePartitionLeader leader() {
    return partitions.find(KEY, "t");
  }

  Fetched fetch(String member) {
    return fetch(member, 100, 1 << 20);
  }

  Fetched fetch(String member, int records, int bytes) {
    Fetched fetched = leader().fetch(new Want(member, records, false, bytes), null);
    if (fetched.records() != null) {
      assertThat(fetched.records().sizeBytes()).isPositive();
    }
    return fetched;
  }

  Errors accept(String member, long first, long last) {
    return leader().acknowledge(member, List.of(new Acknowledgement(first, last, List.of((byte) 1)))).join();
  }

  CompletableFuture<Errors> release(String member, long first, long last) {
    return leader().acknowledge(member, List.of(new Acknowledgement(first, last, List.of((byte) 2))));
  }
}
