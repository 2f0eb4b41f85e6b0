package io.margay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.partition.MarkerWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Results that are larger than a batch are written as several that stand or fall together. */
class AtomicResultTest extends CoordinatorRuntimeFixture {
  /** A log that keeps apart what transactions wrote, and fails as a test wants. */
  private static final class TransactionalLog implements PartitionWriter {
    /** A record with its producer, or a marker without record. */
    private record Entry(long producerId, CoordinatorRecord record, boolean committed) { }

    final List<Entry> entries = new ArrayList<>();
    int most = 3;
    /** How many appends succeed before one fails; negative for all. */
    int failAfter = -1;
    Errors failWith = Errors.NOT_ENOUGH_REPLICAS;
    boolean markersFail;
    boolean suspended;
    final List<Runnable> resumptions = new ArrayList<>();

    @Override
    public boolean isEmpty() {
      return entries.isEmpty();
    }

    /** As {@link LeaderPartitionWriter} does it. */
    @Override
    public long load(ShardState state) throws IOException {
      WholeResults whole = new WholeResults(state);
      for (int i = 0; i < entries.size(); i++) {
        Entry e = entries.get(i);
        if (e.record == null) {
          whole.replayMarker(e.producerId, e.committed);
        } else {
          whole.replaysFrom(i);
          whole.replay(e.producerId, e.record);
        }
      }
      if (whole.open() && append(AtomicParts.marker(false), 0).error() != Errors.NONE) {
        throw new LogSuspendedException("not now");
      }
      return entries.size();
    }

    private Appended add(long producerId, List<CoordinatorRecord> records) {
      if (suspended) {
        return Appended.SUSPENDED;
      }
      if (failAfter == 0) {
        return new Appended(failWith, -1);
      }
      if (records.size() > most) {
        return new Appended(Errors.MESSAGE_TOO_LARGE, -1);
      }
      failAfter--;
      records.forEach(r -> entries.add(new Entry(producerId, r, false)));
      return new Appended(Errors.NONE, entries.size());
    }

    @Override
    public Appended append(List<CoordinatorRecord> records, long nowMs) {
      return add(ShardState.NO_PRODUCER_ID, records);
    }

    @Override
    public Appended append(List<CoordinatorRecord> records, TransactionStep.Part producer, long nowMs) {
      return add(producer.producerId(), records);
    }

    @Override
    public Appended append(MarkerWriter.Marker marker, long nowMs) {
      if (suspended) {
        return Appended.SUSPENDED;
      }
      if (markersFail || failAfter == 0 && marker.committed()) {
        return new Appended(failWith, -1);
      }
      entries.add(new Entry(marker.producerId(), null, marker.committed()));
      return new Appended(Errors.NONE, entries.size());
    }

    @Override
    public boolean whenResumed(Runnable task) {
      return suspended && resumptions.add(task);
    }

    @Override
    public void cancelResume(Runnable task) {
      resumptions.remove(task);
    }

    @Override
    public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
      done.accept(Errors.NONE);
    }
  }

  private final TransactionalLog whole = new TransactionalLog();

  private CompletableFuture<Integer> add(int... numbers) {
    List<CoordinatorRecord> records = new ArrayList<>();
    for (int n : numbers) {
      records.add(record(n));
    }
    return runtime.run(0, 1, (s, now) -> Result.of(records, s.value));
  }

  private int value() {
    return get().join();
  }

  private void reload() {
    runtime.resigned(0);
    runtime.elected(0, whole);
  }

  @Test
  void aLargeResultIsWrittenInPartsAndReplayedAsAWhole() {
    runtime.elected(0, whole);
    assertThat(error(add(1, 2, 3, 4, 5, 6, 7))).isEqualTo(Errors.NONE);
    assertThat(value()).isEqualTo(28);
    assertThat(whole.entries).hasSize(8);
    assertThat(error(add(1))).isEqualTo(Errors.NONE);
    reload();
    assertThat(value()).isEqualTo(29);
    assertThat(states.get(states.size() - 1).markers).as("it is no transaction of a producer").isEmpty();
  }

  @Test
  void aStateKnowsWhereEachRecordIsAlsoInParts() {
    runtime.elected(0, whole);
    add(1);
    add(1, 2, 3, 4, 5, 6, 7);
    add(2);
    List<Long> offsets = List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 9L);
    assertThat(states.get(states.size() - 1).offsets).isEqualTo(offsets);
    reload();
    assertThat(value()).isEqualTo(31);
    assertThat(states.get(states.size() - 1).offsets).isEqualTo(offsets);
  }

  @Test
  void whenAPartFailsNothingHasHappened() {
    runtime.elected(0, whole);
    whole.failAfter = 1;
    assertThat(error(add(1, 2, 3, 4, 5, 6, 7))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    whole.failAfter = -1;
    assertThat(value()).isZero();
    assertThat(error(add(9))).isEqualTo(Errors.NONE);
    reload();
    assertThat(value()).isEqualTo(9);
  }

  @Test
  void whatCouldNotBeAbortedIsAbortedBeforeTheNextAppend() {
    runtime.elected(0, whole);
    whole.failAfter = 1;
    whole.markersFail = true;
    assertThat(error(add(1, 2, 3, 4, 5, 6, 7))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    whole.failAfter = -1;
    assertThat(error(add(1, 2, 3, 4))).as("it would be committed with the rest").isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    whole.markersFail = false;
    assertThat(error(add(1, 2, 3, 4))).isEqualTo(Errors.NONE);
    assertThat(value()).isEqualTo(10);
    reload();
    assertThat(value()).isEqualTo(10);
  }

  @Test
  void whoLoadsTheLogEndsWhatIsOpen() {
    runtime.elected(0, whole);
    whole.failAfter = 1;
    whole.markersFail = true;
    add(1, 2, 3, 4, 5, 6, 7);
    whole.failAfter = -1;
    whole.markersFail = false;
    reload();
    assertThat(value()).isZero();
    assertThat(error(add(1, 2, 3, 4))).isEqualTo(Errors.NONE);
    reload();
    assertThat(value()).isEqualTo(10);
  }

  @Test
  void aResultIsWrittenToItsEndWhenTheLogGoesOn() {
    runtime.waitFor(shard -> true, () -> 1_000);
    runtime.elected(0, whole);
    assertThat(value()).isZero();
    whole.suspended = true;
    CompletableFuture<Integer> waits = add(1, 2, 3, 4);
    assertThat(waits).isNotDone();
    whole.suspended = false;
    List.copyOf(whole.resumptions).forEach(Runnable::run);
    assertThat(error(waits)).isEqualTo(Errors.NONE);
    assertThat(value()).isEqualTo(10);
  }

  @Test
  void whateverFailsTheLogSaysWhatTheStateSays() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      whole.entries.clear();
      runtime.elected(0, whole);
      for (int step = 0; step < 40; step++) {
        whole.failAfter = random.nextInt(3) == 0 ? random.nextInt(3) : -1;
        whole.markersFail = random.nextInt(6) == 0;
        add(random.ints(1 + random.nextInt(9), 1, 5).toArray());
        whole.failAfter = -1;
        int before = value();
        if (random.nextInt(4) == 0) {
          whole.markersFail = false;
          reload();
          assertThat(value()).as("seed %d step %d", seed, step).isEqualTo(before);
        }
      }
      whole.markersFail = false;
      runtime.resigned(0);
    }
  }
}
