package io.margay.controller.internal.handlers;

import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Message;
import io.margay.protocol.message.ListPartitionReassignmentsRequest;
import io.margay.protocol.message.ListPartitionReassignmentsResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** ListPartitionReassignments (46): none is ever under way. */
@Component(service = ApiHandler.class)
public final class ListPartitionReassignmentsHandler extends AdminHandler<ListPartitionReassignmentsRequest> {
  /** Needs nothing. */
  @Activate
  public ListPartitionReassignmentsHandler() {
    super(ListPartitionReassignmentsRequest.API, ListPartitionReassignmentsRequest::new);
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, ListPartitionReassignmentsRequest message) {
    return now(new ListPartitionReassignmentsResponse().setErrorMessage(null));
  }

  @Override
  Message failed(Request request, ListPartitionReassignmentsRequest message, Outcome why) {
    return new ListPartitionReassignmentsResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
