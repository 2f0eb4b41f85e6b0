package io.margay.groups.internal.handlers;

import io.margay.groups.internal.GroupCoordinatorService;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetDeleteResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Serves OffsetDelete. */
@Component(service = ApiHandler.class)
public final class OffsetDeleteHandler extends GroupHandler<OffsetDeleteRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  @Activate
  public OffsetDeleteHandler(@Reference GroupCoordinatorService groups) {
    super(OffsetDeleteRequest.API, OffsetDeleteRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(OffsetDeleteRequest query, Request request) {
    return groups.deleteOffsets(query);
  }

  @Override
  Message error(OffsetDeleteRequest query, Errors error, short version) {
    return new OffsetDeleteResponse().setErrorCode(error.code());
  }
}
