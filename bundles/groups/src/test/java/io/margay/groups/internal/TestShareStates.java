package io.margay.groups.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteShareGroupStateRequest;
import io.margay.protocol.message.DeleteShareGroupStateResponse;
import io.margay.protocol.message.InitializeShareGroupStateRequest;
import io.margay.protocol.message.InitializeShareGroupStateResponse;
import io.margay.protocol.message.ReadShareGroupStateSummaryRequest;
import io.margay.protocol.message.ReadShareGroupStateSummaryResponse;
import io.margay.spi.share.ShareStates;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Share coordinators in memory. */
final class TestShareStates implements ShareStates {
  /** One share partition. */
  record Key(String group, UUID topic, int partition) { }

  /** Epoch and start offset by partition. */
  final Map<Key, long[]> states = new HashMap<>();
  /** What every partition is answered, instead of being served. */
  Errors failure = Errors.NONE;
  /** Questions wait for it when it is not null. */
  CompletableFuture<Void> gate;
  int initialized;
  /** Every question throws. */
  boolean throwing;

  private <T> CompletionStage<T> answered(T answer) {
    if (throwing) {
      throw new IllegalStateException("the part goes");
    }
    return gate == null ? CompletableFuture.completedFuture(answer) : gate.thenApply(open -> answer);
  }

  @Override
  public CompletionStage<InitializeShareGroupStateResponse> initialize(InitializeShareGroupStateRequest request) {
    InitializeShareGroupStateResponse response = new InitializeShareGroupStateResponse();
    request.topics().forEach(t -> {
      InitializeShareGroupStateResponse.InitializeStateResult result =
          new InitializeShareGroupStateResponse.InitializeStateResult().setTopicId(t.topicId());
      t.partitions().forEach(p -> {
        if (failure == Errors.NONE && !throwing) {
          initialized++;
          states.put(new Key(request.groupId(), t.topicId(), p.partition()), new long[] {p.stateEpoch(), p.startOffset()});
        }
        result.partitions().add(new InitializeShareGroupStateResponse.PartitionResult().setPartition(p.partition())
            .setErrorCode(failure.code()));
      });
      response.results().add(result);
    });
    return answered(response);
  }

  @Override
  public CompletionStage<DeleteShareGroupStateResponse> delete(DeleteShareGroupStateRequest request) {
    DeleteShareGroupStateResponse response = new DeleteShareGroupStateResponse();
    request.topics().forEach(t -> {
      DeleteShareGroupStateResponse.DeleteStateResult result = new DeleteShareGroupStateResponse.DeleteStateResult().setTopicId(t.topicId());
      t.partitions().forEach(p -> {
        if (failure == Errors.NONE) {
          states.remove(new Key(request.groupId(), t.topicId(), p.partition()));
        }
        result.partitions().add(new DeleteShareGroupStateResponse.PartitionResult().setPartition(p.partition()).setErrorCode(failure.code()));
      });
      response.results().add(result);
    });
    return answered(response);
  }

  @Override
  public CompletionStage<ReadShareGroupStateSummaryResponse> summarize(ReadShareGroupStateSummaryRequest request) {
    ReadShareGroupStateSummaryResponse response = new ReadShareGroupStateSummaryResponse();
    request.topics().forEach(t -> {
      ReadShareGroupStateSummaryResponse.ReadStateSummaryResult result =
          new ReadShareGroupStateSummaryResponse.ReadStateSummaryResult().setTopicId(t.topicId());
      t.partitions().forEach(p -> {
        long[] state = states.get(new Key(request.groupId(), t.topicId(), p.partition()));
        ReadShareGroupStateSummaryResponse.PartitionResult answer =
            new ReadShareGroupStateSummaryResponse.PartitionResult().setPartition(p.partition()).setErrorCode(failure.code());
        result.partitions().add(state == null ? answer.setStartOffset(-1)
            : answer.setStateEpoch((int) state[0]).setStartOffset(state[1]).setDeliveryCompleteCount(0));
      });
      response.results().add(result);
    });
    return answered(response);
  }
}
