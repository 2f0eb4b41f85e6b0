package io.margay.groups.internal.handlers;

import io.margay.groups.internal.GroupCoordinatorService;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Serves OffsetCommit. */
@Component(service = ApiHandler.class)
public final class OffsetCommitHandler extends GroupHandler<OffsetCommitRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  @Activate
  public OffsetCommitHandler(@Reference GroupCoordinatorService groups) {
    super(OffsetCommitRequest.API, OffsetCommitRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(OffsetCommitRequest query, Request request) {
    return groups.commit(query, request.version());
  }

  @Override
  Message error(OffsetCommitRequest query, Errors error, short version) {
    OffsetCommitResponse response = new OffsetCommitResponse();
    for (OffsetCommitRequest.OffsetCommitRequestTopic t : query.topics()) {
      OffsetCommitResponse.OffsetCommitResponseTopic topic = new OffsetCommitResponse.OffsetCommitResponseTopic()
          .setName(t.name()).setTopicId(t.topicId());
      t.partitions().forEach(p -> topic.partitions().add(new OffsetCommitResponse.OffsetCommitResponsePartition()
          .setPartitionIndex(p.partitionIndex()).setErrorCode(error.code())));
      response.topics().add(topic);
    }
    return response;
  }
}
