package io.margay.controller.internal.handlers;

import io.margay.controller.internal.state.Outcome;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeAclsRequest;
import io.margay.protocol.message.DescribeAclsResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.security.Access;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** DescribeAcls (29): there are none, as there is no authorizer. */
@Component(service = ApiHandler.class)
public final class DescribeAclsHandler extends AdminHandler<DescribeAclsRequest> {
  /** Needs nothing. */
  @Activate
  public DescribeAclsHandler() {
    super(DescribeAclsRequest.API, DescribeAclsRequest::new, Access.cluster(AclOperation.DESCRIBE));
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeAclsRequest message) {
    return now(failed(request, message, NoAuthorizer.OUTCOME));
  }

  @Override
  Message failed(Request request, DescribeAclsRequest message, Outcome why) {
    return new DescribeAclsResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
