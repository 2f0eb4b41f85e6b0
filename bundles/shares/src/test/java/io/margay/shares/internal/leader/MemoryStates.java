package io.margay.shares.internal.leader;

import io.margay.protocol.Errors;
import io.margay.protocol.message.ReadShareGroupStateResponse;
import io.margay.protocol.message.WriteShareGroupStateRequest;
import io.margay.shares.internal.state.StateBatch;
import io.margay.shares.internal.state.StateKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Share coordinators in memory. */
public final class MemoryStates implements StateAccess {
  private static final class State {
    private int epoch = 1;
    private long start = -1;
    private final TreeMap<Long, StateBatch> offsets = new TreeMap<>();
  }

  private final Map<StateKey, State> states = new HashMap<>();
  private final List<Runnable> held = new ArrayList<>();
  public boolean hold;
  public Errors failWith = Errors.NONE;
  public int writes;

  private State of(StateKey key) {
    return states.computeIfAbsent(key, k -> new State());
  }

  public long start(StateKey key) {
    return of(key).start;
  }

  public void startAt(StateKey key, long start) {
    of(key).start = start;
  }

  @Override
  public CompletionStage<ReadShareGroupStateResponse.PartitionResult> read(StateKey key, int leaderEpoch) {
    ReadShareGroupStateResponse.PartitionResult result = new ReadShareGroupStateResponse.PartitionResult();
    if (failWith != Errors.NONE) {
      return CompletableFuture.completedFuture(result.setErrorCode(failWith.code()));
    }
    State state = of(key);
    result.setStateEpoch(state.epoch).setStartOffset(state.start);
    state.offsets.values().forEach(b -> result.stateBatches().add(new ReadShareGroupStateResponse.StateBatch().setFirstOffset(b.first())
        .setLastOffset(b.last()).setDeliveryState(b.state()).setDeliveryCount(b.count())));
    return CompletableFuture.completedFuture(result);
  }

  @Override
  public CompletionStage<Errors> write(StateKey key, WriteShareGroupStateRequest.PartitionData change) {
    CompletableFuture<Errors> answer = new CompletableFuture<>();
    Runnable write = () -> {
      writes++;
      if (failWith == Errors.NONE) {
        State state = of(key);
        state.start = change.startOffset();
        change.stateBatches().forEach(b -> {
          for (long o = b.firstOffset(); o <= b.lastOffset(); o++) {
            state.offsets.put(o, new StateBatch(o, o, b.deliveryState(), b.deliveryCount()));
          }
        });
        state.offsets.headMap(state.start, false).clear();
      }
      answer.complete(failWith);
    };
    if (hold) {
      held.add(write);
    } else {
      write.run();
    }
    return answer;
  }

  public void release() {
    hold = false;
    List<Runnable> all = List.copyOf(held);
    held.clear();
    all.forEach(Runnable::run);
  }
}
