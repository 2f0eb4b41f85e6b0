package io.margay.groups.internal.handlers;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterShareGroupOffsetsRequest;
import io.margay.protocol.message.AlterShareGroupOffsetsResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves AlterShareGroupOffsets. */
final class AlterShareGroupOffsetsHandler extends GroupHandler<AlterShareGroupOffsetsRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  AlterShareGroupOffsetsHandler(GroupCoordinatorService groups) {
    super(AlterShareGroupOffsetsRequest.API, AlterShareGroupOffsetsRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(AlterShareGroupOffsetsRequest query, Request request, long bytes) {
    return groups.shareOffsets().alter(query, bytes);
  }

  @Override
  int elements(AlterShareGroupOffsetsRequest query) {
    return Math.max(1, query.topics().stream().mapToInt(t -> 1 + t.partitions().size()).sum());
  }

  @Override
  int elementBytes() {
    return 500;
  }

  @Override
  Message error(AlterShareGroupOffsetsRequest query, Errors error, short version) {
    return error(query, error, null, version);
  }

  @Override
  Message error(AlterShareGroupOffsetsRequest query, Errors error, String why, short version) {
    return new AlterShareGroupOffsetsResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }
}
