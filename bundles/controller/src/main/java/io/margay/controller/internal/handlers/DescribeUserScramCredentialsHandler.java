package io.margay.controller.internal.handlers;

import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Outcome;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeUserScramCredentialsRequest;
import io.margay.protocol.message.DescribeUserScramCredentialsResponse;
import io.margay.protocol.message.DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** DescribeUserScramCredentials (50): no user has any. */
@Component(service = ApiHandler.class)
public final class DescribeUserScramCredentialsHandler extends AdminHandler<DescribeUserScramCredentialsRequest> {
  private static final long USER_BYTES = 500;

  /** Needs nothing. */
  @Activate
  public DescribeUserScramCredentialsHandler() {
    super(DescribeUserScramCredentialsRequest.API, DescribeUserScramCredentialsRequest::new, Access.cluster(AclOperation.DESCRIBE));
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeUserScramCredentialsRequest message) {
    List<DescribeUserScramCredentialsResult> results = new ArrayList<>();
    if (message.users() != null) {
      message.users().forEach(u -> results.add(new DescribeUserScramCredentialsResult().setUser(u.name())
          .setErrorCode(Errors.RESOURCE_NOT_FOUND.code())
          .setErrorMessage("Attempt to describe a user credential that does not exist: " + Texts.shown(u.name()))));
    }
    return now(new DescribeUserScramCredentialsResponse().setErrorMessage(null).setResults(results));
  }

  @Override
  long answerBytes(Request request, DescribeUserScramCredentialsRequest message) {
    return message.users() == null ? 0 : USER_BYTES * message.users().size();
  }

  @Override
  Message failed(Request request, DescribeUserScramCredentialsRequest message, Outcome why) {
    return new DescribeUserScramCredentialsResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
