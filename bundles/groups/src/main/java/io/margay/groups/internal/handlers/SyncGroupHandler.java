package io.margay.groups.internal.handlers;

import io.margay.groups.internal.GroupCoordinatorService;
import io.margay.groups.internal.classic.Answers;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Serves SyncGroup. The answer waits for the leader's assignment. */
@Component(service = ApiHandler.class)
public final class SyncGroupHandler extends GroupHandler<SyncGroupRequest> {
  private static final short FIRST_WITH_PROTOCOL = 5;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  @Activate
  public SyncGroupHandler(@Reference GroupCoordinatorService groups) {
    super(SyncGroupRequest.API, SyncGroupRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(SyncGroupRequest query, Request request) {
    if (request.version() >= FIRST_WITH_PROTOCOL && (query.protocolType() == null || query.protocolName() == null)) {
      return CompletableFuture.completedFuture(error(query, Errors.INCONSISTENT_GROUP_PROTOCOL, request.version()));
    }
    return groups.sync(query);
  }

  @Override
  Message error(SyncGroupRequest query, Errors error, short version) {
    return Answers.sync(error);
  }
}
