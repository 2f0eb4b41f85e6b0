package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.CreateToken;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.DelegationToken;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.CreateDelegationTokenRequest;
import io.margay.protocol.message.CreateDelegationTokenResponse;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import io.margay.spi.security.TokenSecrets;
import io.margay.spi.security.TokenSettings;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** CreateDelegationToken (38): a client gets a token with which others log in as itself, or as a user for whom it may create tokens. */
@Component(service = ApiHandler.class)
public final class CreateDelegationTokenHandler extends AdminHandler<CreateDelegationTokenRequest> {
  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public CreateDelegationTokenHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  CreateDelegationTokenHandler(ControllerRuntime controller) {
    super(CreateDelegationTokenRequest.API, CreateDelegationTokenRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, CreateDelegationTokenRequest message) {
    Principal owner = owner(request, message);
    NodeSettings settings = controller.settings();
    if (!TokenRequests.allowed(controller, request)) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED)));
    }
    if (!owner.equals(request.principal()) && !request.allowed(AclOperation.CREATE_TOKENS, ResourceType.USER, owner.toString())) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED)));
    }
    if (message.renewers().stream().anyMatch(r -> !r.principalType().equals(Principal.ANONYMOUS.type()))) {
      return now(failed(request, message, Outcome.of(Errors.INVALID_PRINCIPAL_TYPE)));
    }
    if (!TokenSecrets.enabled(settings)) {
      return now(failed(request, message, Outcome.of(Errors.DELEGATION_TOKEN_AUTH_DISABLED)));
    }
    long nowMs = System.currentTimeMillis();
    long mostMs = settings.get(TokenSettings.MAX_LIFETIME_MS);
    long maxMs = TokenRequests.after(nowMs, message.maxLifetimeMs() > 0 ? Math.min(mostMs, message.maxLifetimeMs()) : mostMs);
    List<String> renewers = message.renewers().stream().map(r -> r.principalType() + ":" + r.principalName()).distinct().toList();
    DelegationToken token = new DelegationToken(id(), owner.toString(), request.principal().toString(), renewers,
        new DelegationToken.Times(nowMs, maxMs, Math.min(maxMs, TokenRequests.after(nowMs, settings.get(TokenSettings.EXPIRY_TIME_MS)))));
    try {
      controller.planner().limits().checkToken(controller.image(), token);
    } catch (RefusedException e) {
      return now(failed(request, message, e.outcome()));
    }
    return controller.<Outcome>propose(new CreateToken(token)).thenApply(outcome -> outcome.ok()
        ? response(owner, request).setIssueTimestampMs(nowMs).setMaxTimestampMs(maxMs).setExpiryTimestampMs(token.times().expiryMs())
            .setTokenId(token.id()).setHmac(TokenSecrets.secret(settings, token.id()))
        : failed(request, message, outcome));
  }

  /** 128 bits that nobody can guess, as text without a dash in front, which some tools would take for an option. */
  private static String id() {
    for (;;) {
      UUID random = UUID.randomUUID();
      String id = Base64.getUrlEncoder().withoutPadding().encodeToString(ByteBuffer.allocate(16).putLong(random.getMostSignificantBits())
          .putLong(random.getLeastSignificantBits()).array());
      if (!id.startsWith("-")) {
        return id;
      }
    }
  }

  private static Principal owner(Request request, CreateDelegationTokenRequest message) {
    String name = message.ownerPrincipalName();
    return name == null || name.isEmpty() ? request.principal() : new Principal(String.valueOf(message.ownerPrincipalType()), name);
  }

  private static CreateDelegationTokenResponse response(Principal owner, Request request) {
    CreateDelegationTokenResponse response = new CreateDelegationTokenResponse().setPrincipalType(owner.type()).setPrincipalName(owner.name());
    return request.version() < TokenRequests.FIRST_WITH_REQUESTER ? response
        : response.setTokenRequesterPrincipalType(request.principal().type()).setTokenRequesterPrincipalName(request.principal().name());
  }

  @Override
  Message failed(Request request, CreateDelegationTokenRequest message, Outcome why) {
    return response(owner(request, message), request).setErrorCode(why.error().code()).setIssueTimestampMs(-1)
        .setExpiryTimestampMs(-1).setMaxTimestampMs(-1);
  }
}
