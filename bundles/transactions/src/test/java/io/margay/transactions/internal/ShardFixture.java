package io.margay.transactions.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorMemory;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.Operation;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.spi.time.ManualTime;
import io.margay.transactions.internal.operations.EndOperations;
import io.margay.transactions.internal.operations.InitOperation;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionConfig;
import io.margay.transactions.internal.state.TransactionStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** One shard of transactional ids over a log in memory; its markers are written when a test says so. */
class ShardFixture {
  static final String ID = "tx";
  static final TopicPartition A = new TopicPartition("a", 0);
  static final TopicPartition B = new TopicPartition("b", 1);
  static final int TIMEOUT_MS = 60_000;

  /** Settings that tests change. */
  static final class Config implements TransactionConfig {
    int maxTimeoutMs = 900_000;
    int idExpirationMs = 1_000_000;
    long memoryBytes = 1 << 20;
    int idMaxLength = 100;
    int maxPartitions = 10;

    @Override
    public int maxTimeoutMs() {
      return maxTimeoutMs;
    }

    @Override
    public int idExpirationMs() {
      return idExpirationMs;
    }

    @Override
    public long memoryBytes() {
      return memoryBytes;
    }

    @Override
    public long shardMemoryBytes() {
      return memoryBytes;
    }

    @Override
    public int idMaxLength() {
      return idMaxLength;
    }

    @Override
    public int maxPartitions() {
      return maxPartitions;
    }
  }

  final ManualTime time = new ManualTime();
  final ShardLog log = new ShardLog();
  final Config config = new Config();
  /** Transactions whose markers are to be written. */
  final List<Transaction> markers = new ArrayList<>();
  final CoordinatorMemory memory = new CoordinatorMemory("transactions", config::memoryBytes, config::shardMemoryBytes, time);
  CoordinatorRuntime<TransactionShard> runtime;
  private long nextId = 1000;

  ShardFixture() {
    start();
  }

  private void start() {
    runtime = new CoordinatorRuntime<>(new CoordinatorRuntime.Environment("test", time, time, Runnable::run, () -> 5_000,
        new CoordinatorRuntime.Limits(1_000, 1 << 30), s -> { }), context -> new TransactionShard(context, config, memory, markers::add));
    runtime.elected(0, log);
  }

  /** The process dies: markers that were not written are not, and only the log stays. */
  void restart() {
    log.crash();
    markers.clear();
    runtime.close();
    start();
  }

  <R> CompletableFuture<R> run(Operation<TransactionShard, R> operation) {
    return runtime.run(0, 10, operation);
  }

  /** The error of an answer that is there; NONE when there is none. */
  static Errors error(CompletableFuture<?> answer) {
    assertThat(answer).isDone();
    Errors[] error = {Errors.NONE};
    answer.whenComplete((r, e) -> error[0] = e == null ? Errors.NONE : CoordinatorException.errorOf(e));
    return error[0];
  }

  CompletableFuture<InitOperation.Initialised> tryInit(long producerId, int epoch) {
    InitOperation.Init init = new InitOperation.Init(ID, TIMEOUT_MS, producerId, (short) epoch, -1);
    return run((s, now) -> s.init().init(init, now)).thenCompose(answer -> answer.needsId()
        ? run((s, now) -> s.init().init(init.withSpareId(nextId++), now)) : CompletableFuture.completedFuture(answer));
  }

  /** A producer that begins, and gets its id and epoch. */
  Claim init() {
    InitOperation.Initialised done = tryInit(-1, -1).join();
    assertThat(done.error()).isEqualTo(Errors.NONE);
    return new Claim(ID, done.producerId(), done.epoch());
  }

  Errors add(Claim claim, int version, TopicPartition... partitions) {
    return error(run((s, now) -> s.partitions().add(claim, Set.of(partitions), version, now)));
  }

  Errors verify(Claim claim, TopicPartition tp) {
    CompletableFuture<Errors> answer = run((s, now) -> s.partitions().verify(claim, Set.of(tp))).thenApply(all -> all.get(tp));
    return error(answer) == Errors.NONE ? answer.join() : error(answer);
  }

  CompletableFuture<EndOperations.Ended> end(Claim claim, boolean commit, int version) {
    EndOperations.End end = new EndOperations.End(claim, commit, version, -1);
    return run((s, now) -> s.ends().end(end, now)).thenCompose(answer -> answer.needsId()
        ? run((s, now) -> s.ends().end(end.withSpareId(nextId++), now)) : CompletableFuture.completedFuture(answer));
  }

  /** All markers are written. */
  void writeMarkers() {
    List<Transaction> written = List.copyOf(markers);
    markers.clear();
    written.forEach(t -> run((s, now) -> s.completion().complete(t, now)));
  }

  TransactionStatus status() {
    String title = run((s, now) -> io.margay.coordinator.Result.of(s.listing().describe(ID, bytes -> true))).join().transactionState();
    for (TransactionStatus status : TransactionStatus.values()) {
      if (status.title().equals(title)) {
        return status;
      }
    }
    throw new AssertionError(title);
  }
}
