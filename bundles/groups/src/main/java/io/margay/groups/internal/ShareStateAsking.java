package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.Partitions;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteShareGroupStateRequest;
import io.margay.protocol.message.InitializeShareGroupStateRequest;
import io.margay.protocol.message.ReadShareGroupStateSummaryRequest;
import io.margay.protocol.message.ReadShareGroupStateSummaryResponse;
import io.margay.spi.share.ShareStates;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Asks share coordinators about the state of share partitions, for the operations of groups. While the part that reaches them is not there,
 * each question fails and is asked again later: by the next heartbeat, or by the client. Safe for all threads.
 */
final class ShareStateAsking {
  private static final long UNINITIALIZED = -1;

  private volatile ShareStates states;

  /** @param comes reaches the coordinators from now on */
  void set(ShareStates comes) {
    states = comes;
  }

  /** @param leaves is not used any more, unless another one came meanwhile */
  void unset(ShareStates leaves) {
    if (states == leaves) {
      states = null;
    }
  }

  /** A part that goes at this moment may throw: this is a failed question like others. */
  private static <A> CompletionStage<A> asked(Supplier<CompletionStage<A>> question) {
    try {
      return question.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static boolean hasState(Errors error) {
    // of a later epoch: it was initialized again since then
    return error == Errors.NONE || error == Errors.FENCED_STATE_EPOCH;
  }

  /** Gives partitions a state with nothing acknowledged; completes with those that have one now. */
  CompletionStage<Partitions> initialize(String groupId, int stateEpoch, Partitions partitions) {
    return initialize(groupId, stateEpoch, partitions, (topic, partition) -> UNINITIALIZED, ShareStateAsking::hasState);
  }

  /** Gives partitions a state that starts at an offset; completes with those that have this one now. */
  CompletionStage<Partitions> startAt(String groupId, int stateEpoch, Partitions partitions, BiFunction<UUID, Integer, Long> start) {
    return initialize(groupId, stateEpoch, partitions, start, error -> error == Errors.NONE);
  }

  private CompletionStage<Partitions> initialize(String groupId, int stateEpoch, Partitions partitions, BiFunction<UUID, Integer, Long> start,
      Predicate<Errors> done) {
    ShareStates now = states;
    if (now == null || partitions.isEmpty()) {
      return CompletableFuture.completedFuture(Partitions.NONE);
    }
    InitializeShareGroupStateRequest request = new InitializeShareGroupStateRequest().setGroupId(groupId);
    partitions.forEachTopic((topic, numbers, epochs) -> {
      InitializeShareGroupStateRequest.InitializeStateData data = new InitializeShareGroupStateRequest.InitializeStateData().setTopicId(topic);
      for (int p : numbers) {
        data.partitions().add(
            new InitializeShareGroupStateRequest.PartitionData().setPartition(p).setStateEpoch(stateEpoch)
                .setStartOffset(start.apply(topic, p)));
      }
      request.topics().add(data);
    });
    return asked(() -> now.initialize(request)).thenApply(response -> {
      Partitions.Builder found = new Partitions.Builder();
      response.results().forEach(t -> t.partitions().forEach(p -> {
        if (done.test(Errors.forCode(p.errorCode()))) {
          found.add(t.topicId(), p.partition(), Partitions.NO_EPOCH);
        }
      }));
      return found.build();
    });
  }

  /** Reads where a group starts to read partitions; completes with what is known, by topic and partition. */
  CompletionStage<Map<UUID, Map<Integer, ReadShareGroupStateSummaryResponse.PartitionResult>>> summarize(String groupId, Partitions partitions) {
    ShareStates now = states;
    if (partitions.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    if (now == null) {
      return CompletableFuture.failedFuture(new CoordinatorException(Errors.COORDINATOR_NOT_AVAILABLE));
    }
    ReadShareGroupStateSummaryRequest request = new ReadShareGroupStateSummaryRequest().setGroupId(groupId);
    partitions.forEachTopic((topic, numbers, epochs) -> {
      ReadShareGroupStateSummaryRequest.ReadStateSummaryData data =
          new ReadShareGroupStateSummaryRequest.ReadStateSummaryData().setTopicId(topic);
      for (int p : numbers) {
        data.partitions().add(new ReadShareGroupStateSummaryRequest.PartitionData().setPartition(p).setLeaderEpoch(-1));
      }
      request.topics().add(data);
    });
    return asked(() -> now.summarize(request)).thenApply(response -> {
      Map<UUID, Map<Integer, ReadShareGroupStateSummaryResponse.PartitionResult>> found = new HashMap<>();
      response.results().forEach(t -> t.partitions().forEach(p ->
          found.computeIfAbsent(t.topicId(), id -> new HashMap<>()).put(p.partition(), p)));
      return found;
    });
  }

  /** Forgets the state of partitions; completes with the first error. */
  CompletionStage<Errors> delete(String groupId, Partitions partitions) {
    ShareStates now = states;
    if (partitions.isEmpty()) {
      return CompletableFuture.completedFuture(Errors.NONE);
    }
    if (now == null) {
      return CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE);
    }
    DeleteShareGroupStateRequest request = new DeleteShareGroupStateRequest().setGroupId(groupId);
    partitions.forEachTopic((topic, numbers, epochs) -> {
      DeleteShareGroupStateRequest.DeleteStateData data = new DeleteShareGroupStateRequest.DeleteStateData().setTopicId(topic);
      for (int p : numbers) {
        data.partitions().add(new DeleteShareGroupStateRequest.PartitionData().setPartition(p));
      }
      request.topics().add(data);
    });
    return asked(() -> now.delete(request)).thenApply(response -> response.results().stream().flatMap(t -> t.partitions().stream())
        .map(p -> Errors.forCode(p.errorCode())).filter(e -> e != Errors.NONE).findFirst().orElse(Errors.NONE));
  }
}
