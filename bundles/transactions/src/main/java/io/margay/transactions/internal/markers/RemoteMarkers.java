package io.margay.transactions.internal.markers;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.WriteTxnMarkersRequest;
import io.margay.protocol.message.WriteTxnMarkersResponse;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.partition.MarkerWriter;
import io.margay.transactions.internal.remote.BrokerChannel;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Asks another broker to write markers: WriteTxnMarkers. */
final class RemoteMarkers implements BrokerChannel.Exchange<RemoteMarkers.Part> {
  private static final int TIMEOUT_MS = 40_000;

  /** The partitions of one transaction that one broker leads. */
  record Part(MarkerSender.Sending sending, List<TopicPartition> partitions) { }

  @Override
  public CompletionStage<Void> send(RemoteConnection connection, List<Part> parts) {
    short version = connection.version(WriteTxnMarkersRequest.API);
    if (version < 0) {
      return CompletableFuture.failedFuture(new IOException("the broker does not serve WriteTxnMarkers now"));
    }
    WriteTxnMarkersRequest request = new WriteTxnMarkersRequest();
    parts.forEach(part -> request.markers().add(marker(part)));
    return connection.send(WriteTxnMarkersRequest.API, version, request, new WriteTxnMarkersResponse(), TIMEOUT_MS)
        .thenAccept(reply -> {
          try (reply) {
            answer(parts, reply.message());
          }
        });
  }

  private static WriteTxnMarkersRequest.WritableTxnMarker marker(Part part) {
    MarkerWriter.Marker marker = part.sending.ending().marker();
    WriteTxnMarkersRequest.WritableTxnMarker written = new WriteTxnMarkersRequest.WritableTxnMarker().setProducerId(marker.producerId())
        .setProducerEpoch(marker.producerEpoch()).setTransactionResult(marker.committed())
        .setCoordinatorEpoch(marker.coordinatorEpoch()).setTransactionVersion((byte) marker.version());
    Map<String, WriteTxnMarkersRequest.WritableTxnMarkerTopic> topics = new HashMap<>();
    for (TopicPartition tp : part.partitions) {
      topics.computeIfAbsent(tp.topic(), name -> {
        WriteTxnMarkersRequest.WritableTxnMarkerTopic topic = new WriteTxnMarkersRequest.WritableTxnMarkerTopic().setName(name);
        written.topics().add(topic);
        return topic;
      }).partitionIndexes().add(tp.partition());
    }
    return written;
  }

  /** The answers come in the order of the markers. What is not answered has failed. */
  private static void answer(List<Part> parts, WriteTxnMarkersResponse response) {
    for (int i = 0; i < parts.size(); i++) {
      Map<TopicPartition, Errors> errors = new HashMap<>();
      if (i < response.markers().size()) {
        response.markers().get(i).topics().forEach(t -> t.partitions().forEach(p ->
            errors.put(new TopicPartition(t.name(), p.partitionIndex()), Errors.forCode(p.errorCode()))));
      }
      Part part = parts.get(i);
      part.partitions.forEach(tp -> part.sending.answered(tp, errors.getOrDefault(tp, Errors.UNKNOWN_SERVER_ERROR)));
    }
  }

  @Override
  public void failed(Part part, Throwable why) {
    part.partitions.forEach(tp -> part.sending.answered(tp, Errors.NETWORK_EXCEPTION));
  }
}
