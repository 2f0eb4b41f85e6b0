package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.log.LogSuspendedException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;

/** A runtime whose shards sum up what they are told, over a log, an executor and timers that tests direct. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class CoordinatorRuntimeFixture {
  /** Sums up what it is told. */
  static final class Sum implements ShardState {
    final ShardContext context;
    int value;
    final List<Long> markers = new ArrayList<>();
    final List<Long> offsets = new ArrayList<>();
    boolean unloaded;

    Sum(ShardContext context) {
      this.context = context;
    }

    @Override
    public void replay(long producerId, CoordinatorRecord record) {
      value += record.key()[0];
    }

    @Override
    public void replaysFrom(long offset) {
      offsets.add(offset);
    }

    @Override
    public void replayMarker(long producerId, boolean committed) {
      markers.add(committed ? producerId : -producerId);
    }

    @Override
    public Result<Void> onLoaded(long nowMs) {
      return Result.of(null);
    }

    @Override
    public void onUnloaded() {
      unloaded = true;
    }
  }

  static final class Log implements PartitionWriter {
    final List<CoordinatorRecord> records = new ArrayList<>();
    final Deque<Consumer<Errors>> waiting = new ArrayDeque<>();
    final List<Long> transactional = new ArrayList<>();
    Errors failWith = Errors.NONE;
    boolean hold;
    boolean suspended;
    Runnable afterAppend;
    final List<Runnable> resumptions = new ArrayList<>();
    int unreadable;
    int maxBatchRecords = Integer.MAX_VALUE;
    int batches;
    Error loadError;

    @Override
    public boolean isEmpty() {
      return records.isEmpty();
    }

    @Override
    public long load(ShardState state) throws IOException {
      if (suspended) {
        throw new LogSuspendedException("suspended");
      }
      if (loadError != null) {
        Error e = loadError;
        loadError = null;
        throw e;
      }
      if (unreadable-- > 0) {
        throw new IOException("unreadable");
      }
      records.forEach(r -> state.replay(-1, r));
      return records.size();
    }

    @Override
    public Appended append(List<CoordinatorRecord> batch, long nowMs) {
      if (suspended) {
        return Appended.SUSPENDED;
      }
      if (failWith != Errors.NONE) {
        return new Appended(failWith, -1);
      }
      if (batch.size() > maxBatchRecords) {
        return new Appended(Errors.MESSAGE_TOO_LARGE, -1);
      }
      batches++;
      records.addAll(batch);
      Runnable after = afterAppend;
      afterAppend = null;
      if (after != null) {
        after.run();
      }
      return new Appended(Errors.NONE, records.size());
    }

    @Override
    public Appended append(List<CoordinatorRecord> added, TransactionStep.Part producer, long nowMs) {
      transactional.add(producer.producerId());
      return append(added, nowMs);
    }

    @Override
    public Appended append(MarkerWriter.Marker marker, long nowMs) {
      return suspended ? Appended.SUSPENDED : new Appended(failWith, failWith == Errors.NONE ? records.size() : -1);
    }

    @Override
    public boolean whenResumed(Runnable task) {
      return suspended && resumptions.add(task);
    }

    @Override
    public void cancelResume(Runnable task) {
      resumptions.remove(task);
    }

    /** The log goes on, and everything that waited for it. */
    void resume() {
      suspended = false;
      List<Runnable> all = List.copyOf(resumptions);
      resumptions.clear();
      all.forEach(Runnable::run);
    }

    @Override
    public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
      if (hold) {
        waiting.add(done);
      } else {
        done.accept(Errors.NONE);
      }
    }
  }

  static final class Timers implements Scheduler {
    final List<Runnable> tasks = new ArrayList<>();

    @Override
    public Timer after(long delayMs, Runnable task) {
      tasks.add(task);
      return () -> tasks.remove(task);
    }

    @Override
    public Timer every(long delayMs, long periodMs, Runnable task) {
      throw new UnsupportedOperationException();
    }

    void fireAll() {
      List<Runnable> all = List.copyOf(tasks);
      tasks.clear();
      all.forEach(Runnable::run);
    }
  }

  final Timers timers = new Timers();
  final List<Runnable> executed = new ArrayList<>();
  final Log log = new Log();
  final AtomicInteger activations = new AtomicInteger();
  final List<Sum> states = new ArrayList<>();
  boolean inline = true;
  final CoordinatorRuntime<Sum> runtime = new CoordinatorRuntime<>(
      new CoordinatorRuntime.Environment("test", Clock.SYSTEM, timers, r -> {
        if (inline) {
          r.run();
        } else {
          executed.add(r);
        }
      }, () -> 1000, new CoordinatorRuntime.Limits(3, 1_000), shard -> activations.incrementAndGet()), context -> {
        Sum s = new Sum(context);
        states.add(s);
        return s;
      });

  static CoordinatorRecord record(int n) {
    return new CoordinatorRecord(new byte[] {(byte) n}, null);
  }

  CompletableFuture<Integer> add(int n) {
    return runtime.run(0, 1, (s, now) -> Result.of(List.of(record(n)), s.value + n));
  }

  CompletableFuture<Integer> get() {
    return runtime.run(0, 1, (s, now) -> Result.of(s.value));
  }

  static Errors error(CompletableFuture<?> f) {
    assertThat(f).isDone();
    return f.handle((r, e) -> e == null ? Errors.NONE : CoordinatorException.errorOf(e)).join();
  }
}
