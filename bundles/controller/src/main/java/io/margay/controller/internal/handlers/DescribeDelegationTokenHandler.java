package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.DelegationToken;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeDelegationTokenRequest;
import io.margay.protocol.message.DescribeDelegationTokenResponse;
import io.margay.protocol.message.DescribeDelegationTokenResponse.DescribedDelegationToken;
import io.margay.protocol.message.DescribeDelegationTokenResponse.DescribedDelegationTokenRenewer;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import io.margay.spi.security.TokenSecrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeDelegationToken (41): the tokens that the client owns or may renew, and those that it may see by its rights. */
@Component(service = ApiHandler.class)
public final class DescribeDelegationTokenHandler extends AdminHandler<DescribeDelegationTokenRequest> {
  /** With its secret. */
  private static final long TOKEN_BYTES = 1_000;
  private static final long RENEWER_BYTES = 150;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DescribeDelegationTokenHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DescribeDelegationTokenHandler(ControllerRuntime controller) {
    super(DescribeDelegationTokenRequest.API, DescribeDelegationTokenRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeDelegationTokenRequest message) {
    Errors refusal = TokenRequests.refusal(controller, request);
    if (refusal != Errors.NONE) {
      return now(failed(request, message, Outcome.of(refusal)));
    }
    Set<String> owners = message.owners() == null ? null : message.owners().stream().map(o -> o.principalType() + ":" + o.principalName())
        .collect(Collectors.toSet());
    List<DescribedDelegationToken> described = new ArrayList<>();
    for (DelegationToken token : controller.image().tokens().values()) {
      if ((owners == null || owners.stream().anyMatch(token::isOf)) && visible(request, token)) {
        described.add(described(request, token));
      }
    }
    return now(new DescribeDelegationTokenResponse().setTokens(described));
  }

  private static boolean visible(Request request, DelegationToken token) {
    return token.isOf(request.principal().toString()) || request.allowed(AclOperation.DESCRIBE, ResourceType.DELEGATION_TOKEN, token.id())
        || request.allowed(AclOperation.DESCRIBE_TOKENS, ResourceType.USER, token.owner());
  }

  private DescribedDelegationToken described(Request request, DelegationToken token) {
    Principal owner = Principal.parse(token.owner());
    DescribedDelegationToken described = new DescribedDelegationToken().setPrincipalType(owner.type()).setPrincipalName(owner.name());
    if (request.version() >= TokenRequests.FIRST_WITH_REQUESTER) {
      Principal requester = Principal.parse(token.requester());
      described.setTokenRequesterPrincipalType(requester.type()).setTokenRequesterPrincipalName(requester.name());
    }
    return described.setIssueTimestamp(token.times().issueMs()).setExpiryTimestamp(token.times().expiryMs()).setMaxTimestamp(token.times().maxMs())
        .setTokenId(token.id()).setHmac(TokenSecrets.secret(controller.settings(), token.id()))
        .setRenewers(token.renewers().stream().map(Principal::parse).map(r -> new DescribedDelegationTokenRenewer().setPrincipalType(r.type())
            .setPrincipalName(r.name())).toList());
  }

  @Override
  long answerBytes(Request request, DescribeDelegationTokenRequest message) {
    return controller.image().tokens().values().stream().mapToLong(t -> TOKEN_BYTES + RENEWER_BYTES * t.renewers().size()).sum();
  }

  @Override
  Message failed(Request request, DescribeDelegationTokenRequest message, Outcome why) {
    return new DescribeDelegationTokenResponse().setErrorCode(why.error().code());
  }
}
