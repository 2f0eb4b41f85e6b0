package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves StreamsGroupTopologyDescriptionUpdate. */
final class StreamsGroupTopologyDescriptionUpdateHandler extends GroupHandler<StreamsGroupTopologyDescriptionUpdateRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  StreamsGroupTopologyDescriptionUpdateHandler(GroupCoordinatorService groups) {
    super(StreamsGroupTopologyDescriptionUpdateRequest.API, StreamsGroupTopologyDescriptionUpdateRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(StreamsGroupTopologyDescriptionUpdateRequest query, Request request) {
    return unlessAllowed(request, AclOperation.READ, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(StreamsGroupTopologyDescriptionUpdateRequest query, Request request, long bytes) {
    return groups.streams().describeTopology(query, bytes).thenApply(done -> new StreamsGroupTopologyDescriptionUpdateResponse());
  }

  @Override
  int elements(StreamsGroupTopologyDescriptionUpdateRequest query) {
    return query.topologyDescription() == null ? 1
        : 1 + query.topologyDescription().subtopologies().stream().mapToInt(s -> 1 + s.nodes().size()).sum()
            + 2 * query.topologyDescription().globalStores().size();
  }

  @Override
  int elementBytes() {
    return 300;
  }

  @Override
  Message error(StreamsGroupTopologyDescriptionUpdateRequest query, Errors error, short version) {
    return error(query, error, null, version);
  }

  @Override
  Message error(StreamsGroupTopologyDescriptionUpdateRequest query, Errors error, String why, short version) {
    return new StreamsGroupTopologyDescriptionUpdateResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }
}
