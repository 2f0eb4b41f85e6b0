package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeUserScramCredentialsRequest;
import io.margay.protocol.message.DescribeUserScramCredentialsResponse;
import io.margay.protocol.message.DescribeUserScramCredentialsResponse.CredentialInfo;
import io.margay.protocol.message.DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.security.Scram;
import io.margay.spi.security.ScramCredential;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeUserScramCredentials (50): which users have a password for which mechanism. Nothing that is kept of a password is told. */
@Component(service = ApiHandler.class)
public final class DescribeUserScramCredentialsHandler extends AdminHandler<DescribeUserScramCredentialsRequest> {
  private static final long USER_BYTES = 500;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DescribeUserScramCredentialsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DescribeUserScramCredentialsHandler(ControllerRuntime controller) {
    super(DescribeUserScramCredentialsRequest.API, DescribeUserScramCredentialsRequest::new, Access.cluster(AclOperation.DESCRIBE));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeUserScramCredentialsRequest message) {
    ClusterImage image = controller.image();
    List<DescribeUserScramCredentialsResult> results = new ArrayList<>();
    if (message.users() == null || message.users().isEmpty()) {
      image.configs().forEach((resource, credentials) -> {
        if (resource.type() == ConfigResource.Type.USER) {
          results.add(result(resource.name(), credentials));
        }
      });
    } else {
      Map<String, Integer> named = new LinkedHashMap<>();
      message.users().forEach(u -> named.merge(u.name(), 1, Integer::sum));
      named.forEach((user, times) -> {
        Map<String, String> credentials = image.config(ConfigResource.user(user));
        results.add(times > 1 ? refused(user, Errors.DUPLICATE_RESOURCE, "Cannot describe SCRAM credentials for the same user twice in a single "
            + "request: ") : credentials.isEmpty() ? refused(user, Errors.RESOURCE_NOT_FOUND, "Attempt to describe a user credential that does "
            + "not exist: ") : result(user, credentials));
      });
    }
    return now(new DescribeUserScramCredentialsResponse().setErrorMessage(null).setResults(results));
  }

  private static DescribeUserScramCredentialsResult refused(String user, Errors error, String why) {
    return new DescribeUserScramCredentialsResult().setUser(user).setErrorCode(error.code()).setErrorMessage(why + Texts.shown(user));
  }

  private static DescribeUserScramCredentialsResult result(String user, Map<String, String> credentials) {
    List<CredentialInfo> infos = new ArrayList<>();
    for (Scram mechanism : Scram.values()) {
      String text = credentials.get(mechanism.mechanism());
      if (text != null) {
        infos.add(new CredentialInfo().setMechanism(mechanism.code()).setIterations(ScramCredential.decode(text).iterations()));
      }
    }
    return new DescribeUserScramCredentialsResult().setUser(user).setErrorMessage(null).setCredentialInfos(infos);
  }

  @Override
  long answerBytes(Request request, DescribeUserScramCredentialsRequest message) {
    return USER_BYTES * (message.users() == null || message.users().isEmpty() ? controller.image().configs().size() : message.users().size());
  }

  @Override
  Message failed(Request request, DescribeUserScramCredentialsRequest message, Outcome why) {
    return new DescribeUserScramCredentialsResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
