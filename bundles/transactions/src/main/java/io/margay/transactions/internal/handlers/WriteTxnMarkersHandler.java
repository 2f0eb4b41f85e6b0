package io.margay.transactions.internal.handlers;

import io.margay.model.TopicPartition;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.WriteTxnMarkersRequest;
import io.margay.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import io.margay.protocol.message.WriteTxnMarkersRequest.WritableTxnMarkerTopic;
import io.margay.protocol.message.WriteTxnMarkersResponse;
import io.margay.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult;
import io.margay.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerResult;
import io.margay.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerTopicResult;
import io.margay.spi.handler.Request;
import io.margay.spi.partition.MarkerWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/** Serves WriteTxnMarkers: writes markers into partitions that this broker leads, for coordinators and for administrators. */
final class WriteTxnMarkersHandler extends TransactionHandler<WriteTxnMarkersRequest> {
  private static final int PARTITION_BYTES = 400;

  private final TransactionCoordinatorService coordinator;

  /** @param coordinator the coordinator */
  WriteTxnMarkersHandler(TransactionCoordinatorService coordinator) {
    super(WriteTxnMarkersRequest.API, WriteTxnMarkersRequest::new, 0);
    this.coordinator = coordinator;
  }

  @Override
  long extraBytes(WriteTxnMarkersRequest query) {
    long partitions = 0;
    for (WritableTxnMarker marker : query.markers()) {
      partitions += 1 + marker.topics().stream().mapToLong(t -> 1L + t.partitionIndexes().size()).sum();
    }
    return partitions * PARTITION_BYTES;
  }

  @Override
  Errors denial(WriteTxnMarkersRequest query, Request request) {
    return request.allowed(AclOperation.ALTER, ResourceType.CLUSTER, Acl.CLUSTER_NAME)
        || request.allowed(AclOperation.CLUSTER_ACTION, ResourceType.CLUSTER, Acl.CLUSTER_NAME) ? Errors.NONE
        : Errors.CLUSTER_AUTHORIZATION_FAILED;
  }

  @Override
  CompletionStage<? extends Message> serve(WriteTxnMarkersRequest query, Request request, long bytes) {
    List<CompletableFuture<?>> open = new ArrayList<>();
    WriteTxnMarkersResponse response = answer(query, (marker, tp) -> {
      WritableTxnMarkerPartitionResult result = new WritableTxnMarkerPartitionResult().setPartitionIndex(tp.partition());
      open.add(coordinator.writeMarker(tp, new MarkerWriter.Marker(marker.producerId(), marker.producerEpoch(),
          marker.transactionResult(), marker.coordinatorEpoch(), marker.transactionVersion()))
          .thenAccept(error -> result.setErrorCode(error.code())).toCompletableFuture());
      return result;
    });
    return CompletableFuture.allOf(open.toArray(CompletableFuture[]::new)).thenApply(ignored -> response);
  }

  private static WriteTxnMarkersResponse answer(WriteTxnMarkersRequest query,
      BiFunction<WritableTxnMarker, TopicPartition, WritableTxnMarkerPartitionResult> each) {
    WriteTxnMarkersResponse response = new WriteTxnMarkersResponse();
    for (WritableTxnMarker marker : query.markers()) {
      WritableTxnMarkerResult result = new WritableTxnMarkerResult().setProducerId(marker.producerId());
      for (WritableTxnMarkerTopic topic : marker.topics()) {
        WritableTxnMarkerTopicResult topicResult = new WritableTxnMarkerTopicResult().setName(topic.name());
        topic.partitionIndexes().forEach(p -> topicResult.partitions().add(each.apply(marker, new TopicPartition(topic.name(), p))));
        result.topics().add(topicResult);
      }
      response.markers().add(result);
    }
    return response;
  }

  @Override
  Message error(WriteTxnMarkersRequest query, Errors error, short version) {
    return answer(query, (marker, tp) -> new WritableTxnMarkerPartitionResult().setPartitionIndex(tp.partition())
        .setErrorCode(error.code()));
  }
}
