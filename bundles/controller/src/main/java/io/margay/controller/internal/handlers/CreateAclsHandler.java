package io.margay.controller.internal.handlers;

import io.margay.controller.internal.state.Outcome;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Message;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.CreateAclsResponse.AclCreationResult;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.security.Access;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** CreateAcls (30): refused, as there is no authorizer. */
@Component(service = ApiHandler.class)
public final class CreateAclsHandler extends AdminHandler<CreateAclsRequest> {
  private static final long RESULT_BYTES = 60;

  /** Needs nothing. */
  @Activate
  public CreateAclsHandler() {
    super(CreateAclsRequest.API, CreateAclsRequest::new, Access.cluster(AclOperation.ALTER));
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, CreateAclsRequest message) {
    return now(failed(request, message, NoAuthorizer.OUTCOME));
  }

  @Override
  long answerBytes(Request request, CreateAclsRequest message) {
    return RESULT_BYTES * message.creations().size();
  }

  @Override
  Message failed(Request request, CreateAclsRequest message, Outcome why) {
    return new CreateAclsResponse().setResults(message.creations().stream().map(c -> new AclCreationResult()
        .setErrorCode(why.error().code()).setErrorMessage(why.message())).toList());
  }
}
