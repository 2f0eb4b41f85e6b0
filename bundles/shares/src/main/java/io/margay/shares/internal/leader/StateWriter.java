package io.margay.shares.internal.leader;

import io.margay.protocol.Errors;
import io.margay.protocol.message.WriteShareGroupStateRequest;
import io.margay.shares.internal.partition.SharePartition;
import io.margay.shares.internal.state.StateBatch;
import io.margay.shares.internal.state.StateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Writes what changes in one share partition, one write after the other, and answers the acknowledgements that are in it. A write whose
 * coordinator is not there is made again for a while. Guarded by the lock of its owner, which calls {@link Step}s without it.
 */
final class StateWriter {
  private static final long RETRY_MS = 100;
  private static final long GIVE_UP_MS = 20_000;
  private static final Set<Errors> PASSING = Set.of(Errors.COORDINATOR_NOT_AVAILABLE, Errors.NOT_COORDINATOR,
      Errors.COORDINATOR_LOAD_IN_PROGRESS, Errors.REQUEST_TIMED_OUT, Errors.NETWORK_EXCEPTION, Errors.UNKNOWN_TOPIC_OR_PARTITION);

  /** What is to be done when the lock is no longer held. */
  @FunctionalInterface
  interface Step extends Runnable {
    /** One after the other; each may be null, for nothing. */
    static Step both(Step first, Step second) {
      return first == null ? second : second == null ? first : () -> {
        first.run();
        second.run();
      };
    }
  }

  /** What the writer belongs to. */
  interface Owner {
    /** Takes the lock, runs something, and then, without it, the step that this returns. */
    void locked(Supplier<Step> body);

    /** The state cannot be written any more, for this reason. With the lock. */
    Step fenced(Errors error);

    /** A write has ended; offsets may have become available. With the lock. */
    Step written(boolean released);
  }

  private final StateKey key;
  private final ShareEnvironment environment;
  private final Owner owner;
  private final int leaderEpoch;
  private final int stateEpoch;
  private final SharePartition partition;
  private List<CompletableFuture<Errors>> queued = new ArrayList<>();
  private List<CompletableFuture<Errors>> inFlight = List.of();
  private volatile boolean closed;

  StateWriter(StateKey key, ShareEnvironment environment, Owner owner, int leaderEpoch, int stateEpoch, SharePartition partition) {
    this.key = key;
    this.environment = environment;
    this.owner = owner;
    this.leaderEpoch = leaderEpoch;
    this.stateEpoch = stateEpoch;
    this.partition = partition;
  }

  /** An acknowledgement that was applied to the partition is answered when it is written. */
  void add(CompletableFuture<Errors> reply) {
    queued.add(reply);
  }

  /** Begins a write when there is something to write and none is under way; null for nothing. */
  Step proceed() {
    if (closed) {
      return null;
    }
    SharePartition.Write write = partition.beginWrite();
    if (write == null) {
      return inFlight.isEmpty() && !partition.isWriting() ? answered(Errors.NONE) : null;
    }
    inFlight = queued;
    queued = new ArrayList<>();
    WriteShareGroupStateRequest.PartitionData data = new WriteShareGroupStateRequest.PartitionData().setPartition(key.partition())
        .setStateEpoch(stateEpoch).setLeaderEpoch(leaderEpoch).setStartOffset(write.startOffset())
        .setDeliveryCompleteCount(write.completeCount());
    for (StateBatch b : write.batches()) {
      data.stateBatches().add(new WriteShareGroupStateRequest.StateBatch().setFirstOffset(b.first()).setLastOffset(b.last())
          .setDeliveryState(b.state()).setDeliveryCount(b.count()));
    }
    long until = environment.elapsedMs() + GIVE_UP_MS;
    return () -> send(data, until);
  }

  /** What only renewed has nothing to write. */
  private Step answered(Errors error) {
    if (queued.isEmpty()) {
      return null;
    }
    List<CompletableFuture<Errors>> done = queued;
    queued = new ArrayList<>();
    return () -> done.forEach(r -> r.complete(error));
  }

  private void send(WriteShareGroupStateRequest.PartitionData data, long untilMs) {
    environment.states().write(key, data).thenAccept(error -> {
      if (PASSING.contains(error) && environment.elapsedMs() < untilMs) {
        environment.scheduler().after(RETRY_MS, () -> {
          if (!closed) {
            send(data, untilMs);
          }
        });
      } else {
        owner.locked(() -> ended(error));
      }
    });
  }

  private Step ended(Errors error) {
    if (closed) {
      return null;
    }
    boolean ok = error == Errors.NONE;
    boolean released = partition.endWrite(ok);
    List<CompletableFuture<Errors>> done = inFlight;
    inFlight = List.of();
    Step after = ok || PASSING.contains(error) ? owner.written(released) : owner.fenced(error);
    return () -> {
      done.forEach(r -> r.complete(error));
      if (after != null) {
        after.run();
      }
    };
  }

  /** Nothing is written any more; what waits is answered. */
  Step close(Errors error) {
    closed = true;
    List<CompletableFuture<Errors>> left = new ArrayList<>(inFlight);
    left.addAll(queued);
    inFlight = List.of();
    queued = new ArrayList<>();
    return () -> left.forEach(r -> r.complete(error));
  }
}
