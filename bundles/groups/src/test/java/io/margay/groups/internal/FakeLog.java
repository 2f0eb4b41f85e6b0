package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.PartitionWriter;
import io.margay.coordinator.ShardState;
import io.margay.coordinator.TransactionStep;
import io.margay.protocol.Errors;
import io.margay.spi.partition.MarkerWriter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** The log of one shard in memory. Commits at once, unless told to hold. */
final class FakeLog implements PartitionWriter {
  private static final byte GROUP_TYPE = 2;

  private record Waiting(long offset, Consumer<Errors> done) { }

  final List<CoordinatorRecord> records = new ArrayList<>();
  private final List<Waiting> waiting = new ArrayList<>();
  Errors failWith = Errors.NONE;
  boolean hold;
  volatile boolean suspended;
  private final Semaphore refused = new Semaphore(0);
  private final List<Runnable> resumptions = new CopyOnWriteArrayList<>();
  int batches;
  /** The producers of records that belong to transactions, by identity. */
  final Map<CoordinatorRecord, Long> producers = new IdentityHashMap<>();
  final List<MarkerWriter.Marker> markers = new ArrayList<>();
  /** Whether the last thing written about the group itself is in the log, and no tombstone. */
  boolean groupWritten;

  @Override
  public boolean isEmpty() {
    return records.isEmpty();
  }

  @Override
  public long load(ShardState state) {
    records.forEach(r -> state.replay(producers.getOrDefault(r, ShardState.NO_PRODUCER_ID), r));
    return records.size();
  }

  @Override
  public Appended append(List<CoordinatorRecord> batch, long nowMs) {
    if (batch.stream().anyMatch(r -> r.key()[1] == GROUP_TYPE)) {
      groupWritten = failWith == Errors.NONE && batch.stream().anyMatch(r -> r.key()[1] == GROUP_TYPE && r.value() != null);
    }
    if (suspended) {
      refused.release();
      return Appended.SUSPENDED;
    }
    if (failWith != Errors.NONE) {
      return new Appended(failWith, -1);
    }
    batches++;
    records.addAll(batch);
    return new Appended(Errors.NONE, records.size());
  }

  @Override
  public Appended append(List<CoordinatorRecord> batch, TransactionStep.Part producer, long nowMs) {
    Appended done = append(batch, nowMs);
    if (done.error() == Errors.NONE) {
      batch.forEach(r -> producers.put(r, producer.producerId()));
    }
    return done;
  }

  @Override
  public Appended append(MarkerWriter.Marker marker, long nowMs) {
    if (failWith != Errors.NONE) {
      return new Appended(failWith, -1);
    }
    markers.add(marker);
    return new Appended(Errors.NONE, records.size());
  }

  @Override
  public boolean whenResumed(Runnable task) {
    return suspended && resumptions.add(task);
  }

  @Override
  public void cancelResume(Runnable task) {
    resumptions.remove(task);
  }

  /** Waits until an append of another thread was refused and its caller waits for the end of the refusals. */
  void awaitRefused() {
    refused.acquireUninterruptibly();
    while (resumptions.isEmpty()) {
      Thread.onSpinWait();
    }
  }

  /** The log goes on: who waited for it does, too. */
  void resume() {
    suspended = false;
    List<Runnable> all = List.copyOf(resumptions);
    resumptions.clear();
    all.forEach(Runnable::run);
  }

  @Override
  public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
    if (hold) {
      waiting.add(new Waiting(nextOffset, done));
    } else {
      done.accept(Errors.NONE);
    }
  }

  void release(Errors outcome) {
    hold = false;
    List<Waiting> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(w -> w.done.accept(outcome));
  }
}
