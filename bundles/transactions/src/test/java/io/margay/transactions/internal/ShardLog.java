package io.margay.transactions.internal;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.PartitionWriter;
import io.margay.coordinator.ShardState;
import io.margay.coordinator.TransactionStep;
import io.margay.protocol.Errors;
import io.margay.spi.partition.MarkerWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The log of one shard in memory. Commits at once, unless told to hold. */
final class ShardLog implements PartitionWriter {
  private record Waiting(long offset, Consumer<Errors> done) { }

  final List<CoordinatorRecord> records = new ArrayList<>();
  private final List<Waiting> waiting = new ArrayList<>();
  Errors failWith = Errors.NONE;
  boolean hold;
  int committed;

  @Override
  public boolean isEmpty() {
    return records.isEmpty();
  }

  @Override
  public long load(ShardState state) {
    records.forEach(r -> state.replay(ShardState.NO_PRODUCER_ID, r));
    return records.size();
  }

  @Override
  public Appended append(List<CoordinatorRecord> batch, long nowMs) {
    if (failWith != Errors.NONE) {
      return new Appended(failWith, -1);
    }
    records.addAll(batch);
    return new Appended(Errors.NONE, records.size());
  }

  @Override
  public Appended append(List<CoordinatorRecord> batch, TransactionStep.Part producer, long nowMs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Appended append(MarkerWriter.Marker marker, long nowMs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean whenResumed(Runnable task) {
    return false;
  }

  @Override
  public void cancelResume(Runnable task) { }

  @Override
  public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
    if (hold && nextOffset > committed) {
      waiting.add(new Waiting(nextOffset, done));
    } else {
      done.accept(Errors.NONE);
    }
  }

  /** All that is appended is committed. */
  void commit() {
    release(Errors.NONE);
  }

  void release(Errors outcome) {
    if (outcome == Errors.NONE) {
      committed = records.size();
    }
    List<Waiting> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(w -> w.done.accept(outcome));
  }

  /** What was not committed is lost, as after the crash of a leader. */
  void crash() {
    waiting.clear();
    while (hold && records.size() > committed) {
      records.remove(records.size() - 1);
    }
  }
}
