package io.margay.groups.internal.handlers;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteShareGroupOffsetsRequest;
import io.margay.protocol.message.DeleteShareGroupOffsetsResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves DeleteShareGroupOffsets. */
final class DeleteShareGroupOffsetsHandler extends GroupHandler<DeleteShareGroupOffsetsRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  DeleteShareGroupOffsetsHandler(GroupCoordinatorService groups) {
    super(DeleteShareGroupOffsetsRequest.API, DeleteShareGroupOffsetsRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(DeleteShareGroupOffsetsRequest query, Request request, long bytes) {
    return groups.shareOffsets().delete(query, bytes);
  }

  @Override
  int elements(DeleteShareGroupOffsetsRequest query) {
    return Math.max(1, query.topics().size());
  }

  @Override
  int elementBytes() {
    return 500;
  }

  @Override
  Message error(DeleteShareGroupOffsetsRequest query, Errors error, short version) {
    return error(query, error, null, version);
  }

  @Override
  Message error(DeleteShareGroupOffsetsRequest query, Errors error, String why, short version) {
    return new DeleteShareGroupOffsetsResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }
}
