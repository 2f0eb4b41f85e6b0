package io.margay.groups.internal;

import io.margay.groups.internal.group.Partitions;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteShareGroupStateRequest;
import io.margay.protocol.message.InitializeShareGroupStateRequest;
import io.margay.spi.share.ShareStates;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks share coordinators about the state of share partitions, for the operations of groups. While the part that reaches them is not there,
 * each question fails and is asked again later: by the next heartbeat, or by the client. Safe for all threads.
 */
final class ShareStateAsking {
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

  private static boolean isDone(Errors error) {
    // of a later epoch: somebody has initialized it since then
    return error == Errors.NONE || error == Errors.FENCED_STATE_EPOCH;
  }

  /** Gives partitions a state with nothing acknowledged; completes with those that have one now. */
  CompletionStage<Partitions> initialize(String groupId, int stateEpoch, Partitions partitions) {
    ShareStates now = states;
    if (now == null) {
      return CompletableFuture.completedFuture(Partitions.NONE);
    }
    InitializeShareGroupStateRequest request = new InitializeShareGroupStateRequest().setGroupId(groupId);
    partitions.forEachTopic((topic, numbers, epochs) -> {
      InitializeShareGroupStateRequest.InitializeStateData data = new InitializeShareGroupStateRequest.InitializeStateData().setTopicId(topic);
      for (int p : numbers) {
        data.partitions().add(
            new InitializeShareGroupStateRequest.PartitionData().setPartition(p).setStateEpoch(stateEpoch).setStartOffset(-1));
      }
      request.topics().add(data);
    });
    return now.initialize(request).thenApply(response -> {
      Partitions.Builder done = new Partitions.Builder();
      response.results().forEach(t -> t.partitions().forEach(p -> {
        if (isDone(Errors.forCode(p.errorCode()))) {
          done.add(t.topicId(), p.partition(), Partitions.NO_EPOCH);
        }
      }));
      return done.build();
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
    return now.delete(request).thenApply(response -> response.results().stream().flatMap(t -> t.partitions().stream())
        .map(p -> Errors.forCode(p.errorCode())).filter(e -> e != Errors.NONE).findFirst().orElse(Errors.NONE));
  }
}
