package io.margay.shares.internal.state;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.PartitionWriter;
import io.margay.coordinator.ShardState;
import io.margay.coordinator.TransactionStep;
import io.margay.protocol.Errors;
import io.margay.spi.partition.MarkerWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A partition of the topic of states, in memory. Commits at once, unless told to fail or to hold. */
public final class MemoryLog implements PartitionWriter {
  private final List<CoordinatorRecord> records = new ArrayList<>();
  private final List<Consumer<Errors>> waiting = new ArrayList<>();
  private long start;
  public Errors failWith = Errors.NONE;
  public boolean hold;

  /** How many records there are. */
  public int size() {
    return records.size();
  }

  long start() {
    return start;
  }

  CoordinatorRecord last() {
    return records.get(records.size() - 1);
  }

  /** Forgets what is before an offset. */
  public void cut(long offset) {
    while (start < offset && !records.isEmpty()) {
      records.remove(0);
      start++;
    }
  }

  @Override
  public boolean isEmpty() {
    return records.isEmpty();
  }

  @Override
  public long load(ShardState state) {
    for (int i = 0; i < records.size(); i++) {
      state.replaysFrom(start + i);
      state.replay(ShardState.NO_PRODUCER_ID, records.get(i));
    }
    return start + records.size();
  }

  @Override
  public Appended append(List<CoordinatorRecord> batch, long nowMs) {
    if (failWith != Errors.NONE) {
      return new Appended(failWith, -1);
    }
    records.addAll(batch);
    return new Appended(Errors.NONE, start + records.size());
  }

  @Override
  public Appended append(List<CoordinatorRecord> batch, TransactionStep.Part producer, long nowMs) {
    throw new IllegalStateException("no transactions here");
  }

  @Override
  public Appended append(MarkerWriter.Marker marker, long nowMs) {
    throw new IllegalStateException("no transactions here");
  }

  @Override
  public boolean whenResumed(Runnable task) {
    return false;
  }

  @Override
  public void cancelResume(Runnable task) {
    // nothing waits
  }

  @Override
  public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
    if (hold) {
      waiting.add(done);
    } else {
      done.accept(Errors.NONE);
    }
  }

  /** What waits for its commit has it now. */
  public void release() {
    hold = false;
    List<Consumer<Errors>> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(w -> w.accept(Errors.NONE));
  }
}
