package io.margay.controller.internal.handlers;

import io.margay.controller.internal.state.Outcome;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteAclsResponse;
import io.margay.protocol.message.DeleteAclsResponse.DeleteAclsFilterResult;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.security.Access;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** DeleteAcls (31): refused, as there is no authorizer. */
@Component(service = ApiHandler.class)
public final class DeleteAclsHandler extends AdminHandler<DeleteAclsRequest> {
  private static final long RESULT_BYTES = 80;

  /** Needs nothing. */
  @Activate
  public DeleteAclsHandler() {
    super(DeleteAclsRequest.API, DeleteAclsRequest::new, Access.cluster(AclOperation.ALTER));
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DeleteAclsRequest message) {
    return now(failed(request, message, NoAuthorizer.OUTCOME));
  }

  @Override
  long answerBytes(Request request, DeleteAclsRequest message) {
    return RESULT_BYTES * message.filters().size();
  }

  @Override
  Message failed(Request request, DeleteAclsRequest message, Outcome why) {
    return new DeleteAclsResponse().setFilterResults(message.filters().stream().map(f -> new DeleteAclsFilterResult()
        .setErrorCode(why.error().code()).setErrorMessage(why.message())).toList());
  }
}
