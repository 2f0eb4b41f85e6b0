package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.DelegationToken;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What the handlers have in common that change the end of the token that a client has the secret of.
 *
 * @param <Q> the request's type
 */
abstract class TokenEndHandler<Q extends Message> extends AdminHandler<Q> {
  private final ControllerRuntime controller;

  TokenEndHandler(Api api, Supplier<Q> type, ControllerRuntime controller) {
    super(api, type, Access.BY_RESOURCE);
    this.controller = controller;
  }

  final ControllerRuntime controller() {
    return controller;
  }

  /**
   * What becomes of a token.
   *
   * @param error why nothing does; NONE when there is a change
   * @param change what is proposed
   * @param expiryMs when the token ends then, in milliseconds since 1970
   */
  record End(Errors error, Command change, long expiryMs) {
    static End refused(Errors error) {
      return new End(error, null, -1);
    }

    static End at(long expiryMs, Command change) {
      return new End(Errors.NONE, change, expiryMs);
    }
  }

  /** The secret that the client has sent. */
  abstract byte[] secret(Q message);

  /** Decides; the client may deal with tokens, but maybe not with this one. */
  abstract End end(Q message, DelegationToken token, String client, long nowMs);

  /** The answer. */
  abstract Message answer(Errors error, long expiryMs);

  @Override
  final CompletionStage<? extends Message> answer(Request request, Q message) {
    Errors refusal = TokenRequests.refusal(controller, request);
    if (refusal != Errors.NONE) {
      return now(answer(refusal, -1));
    }
    DelegationToken token = controller.tokenFinder().find(controller.image().tokens(), secret(message));
    End end = token == null ? End.refused(Errors.DELEGATION_TOKEN_NOT_FOUND)
        : end(message, token, request.principal().toString(), System.currentTimeMillis());
    return end.error() != Errors.NONE ? now(answer(end.error(), -1)) : controller.<Outcome>propose(end.change())
        .thenApply(outcome -> answer(outcome.error(), outcome.ok() ? end.expiryMs() : -1));
  }

  @Override
  final Message failed(Request request, Q message, Outcome why) {
    return answer(why.error(), -1);
  }
}
