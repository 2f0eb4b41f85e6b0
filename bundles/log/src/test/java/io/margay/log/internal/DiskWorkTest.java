package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.PartitionLog.Origin;
import io.margay.spi.storage.SegmentInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While a log's files are written, forced or deleted, another thread, such as an event loop, appends. */
@Timeout(20)
class DiskWorkTest {
  private final TestLog t = new TestLog(TestLog.segments(200));
  private final AtomicInteger appends = new AtomicInteger();

  private interface Step {
    void run() throws Exception;
  }

  private void append() {
    t.append(TestLog.batch(1_000_000, "a=" + appends.get()));
    t.log.setHighWatermark(t.log.logEndOffset());
  }

  private void fill() {
    for (int i = 0; i < 20; i++) {
      append();
    }
    assertThat(t.log.segments().size()).isGreaterThan(3);
  }

  /** Appends once in each call that may wait for a disk, and waits until that is done. */
  private void appendMeanwhile() {
    t.store.beforeDisk = () -> {
      Runnable hook = t.store.beforeDisk;
      t.store.beforeDisk = () -> { };
      CompletableFuture<Boolean> done = CompletableFuture.supplyAsync(() -> {
        t.log.appendAsLeader(TestLog.batch(1_000_000, "b=1"), new LeaderEpoch(t.epoch), Origin.CLIENT);
        return true;
      });
      try {
        assertThat(done.get(10, TimeUnit.SECONDS)).isTrue();
      } catch (Exception e) {
        throw new AssertionError("an append waited for a disk", e);
      }
      appends.incrementAndGet();
      t.store.beforeDisk = hook;
    };
  }

  private void verify(Step step) throws Exception {
    t.background = task -> { };
    appendMeanwhile();
    step.run();
    t.store.beforeDisk = () -> { };
    assertThat(appends.get()).isPositive();
  }

  @Test
  void theStartMoves() throws Exception {
    fill();
    verify(() -> t.log.advanceStart(10));
    assertThat(t.log.logStartOffset()).isEqualTo(10);
    assertThat(t.store.startOffset()).isGreaterThan(0);
  }

  @Test
  void retentionDropsSegments() throws Exception {
    fill();
    verify(() -> t.log.shape().dropHead(10));
    assertThat(t.log.logStartOffset()).isEqualTo(10);
  }

  @Test
  void segmentsAreReplaced() throws Exception {
    fill();
    List<SegmentInfo> group = t.log.segments().subList(0, 2);
    verify(() -> t.log.shape().replaceSegments(group, List.of()));
    assertThat(t.log.segments().get(1).baseOffset()).isEqualTo(group.get(1).nextOffset());
  }

  @Test
  void theLogRolls() throws Exception {
    fill();
    verify(() -> t.log.roll());
  }

  @Test
  void anEpochBegins() throws Exception {
    fill();
    t.log.beginEpoch(new LeaderEpoch(7));
    t.epoch = 7;
    append();
    t.background = task -> { };
    t.store.beforeDisk = () -> {
      throw new AssertionError("the thread that publishes an image waits for a disk");
    };
    t.log.beginEpoch(new LeaderEpoch(8));
    t.log.followEpoch(new LeaderEpoch(9));
    assertThat(t.log.latestEpoch()).isEqualTo(new LeaderEpoch(7));
  }

  @Test
  void theEngineLeaves() throws Exception {
    fill();
    verify(() -> t.log.life().suspend());
    assertThat(t.log.suspended()).isTrue();
  }

  @Test
  void theLogIsClosed() throws Exception {
    fill();
    verify(() -> t.log.close());
  }

  @Test
  void itIsFlushed() throws Exception {
    fill();
    verify(() -> t.log.flushing().now());
    assertThat(t.log.flushedOffset()).isPositive();
  }

  /** Of an append nothing is left to the disk but the append itself, also when the log rolls. */
  @Test
  void anAppendLeavesTheSnapshotOfItsRollToAnotherThread() throws IOException {
    LogConfig config = TestLog.segments(200);
    List<Runnable> later = new ArrayList<>();
    LogEnvironment environment = new LogEnvironment(t.clock, t.environment.faults(), log -> { }, () -> 1000, later::add,
        t.environment.scratches(), t.producerLimits);
    FakeStore store = new FakeStore(config.segments().store());
    SegmentedPartitionLog log = SegmentedPartitionLog.open(TestLog.ID, config, store, environment, t.owner, -1, -1);
    store.beforeDisk = () -> {
      throw new AssertionError("an append went to the disk");
    };
    for (int i = 0; i < 10; i++) {
      log.appendAsLeader(TestLog.batch(1_000_000, "a=" + i), new LeaderEpoch(1), Origin.CLIENT);
    }
    store.beforeDisk = () -> { };
    assertThat(log.segments().size()).isGreaterThan(1);
    assertThat(store.blobs()).noneMatch(blob -> blob.endsWith(".snapshot"));
    assertThat(later).hasSize(1);
    later.forEach(Runnable::run);
    assertThat(store.blobs()).anyMatch(blob -> blob.endsWith(".snapshot"));
    assertThat(Set.copyOf(store.blobs())).hasSize(store.blobs().size());
  }
}
