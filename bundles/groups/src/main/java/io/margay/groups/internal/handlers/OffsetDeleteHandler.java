package io.margay.groups.internal.handlers;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetDeleteResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves OffsetDelete. */
final class OffsetDeleteHandler extends GroupHandler<OffsetDeleteRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  OffsetDeleteHandler(GroupCoordinatorService groups) {
    super(OffsetDeleteRequest.API, OffsetDeleteRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(OffsetDeleteRequest query, Request request, long bytes) {
    return groups.deleteOffsets(query, bytes);
  }

  @Override
  int elements(OffsetDeleteRequest query) {
    return query.topics().stream().mapToInt(t -> 1 + t.partitions().size()).sum();
  }

  @Override
  int elementBytes() {
    return 400;
  }

  @Override
  Message error(OffsetDeleteRequest query, Errors error, short version) {
    return new OffsetDeleteResponse().setErrorCode(error.code());
  }
}
