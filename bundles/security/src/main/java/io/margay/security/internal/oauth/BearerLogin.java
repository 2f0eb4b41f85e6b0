package io.margay.security.internal.oauth;

import io.margay.spi.handler.Principal;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One login with a token (RFC 7628).
 *
 * <pre>
 *   client: the token        server: nothing, it is accepted; or why not, as JSON
 *   client: ^A               server: the login has failed
 * </pre>
 */
final class BearerLogin implements SaslLogin {
  /** Says what a token stands for. */
  @FunctionalInterface
  interface Verifier {
    /** @return completes with what the token says; exceptionally with {@link TokenRefusedException} when it is not accepted */
    CompletionStage<Token.Accepted> verify(String token);
  }

  private final Verifier verifier;
  private final int maxBytes;
  private boolean begun;
  /** Why the token was refused; set before its answer leaves, and read after the client has seen that. */
  private volatile TokenRefusedException refused;

  /** @param maxBytes how large the client's message may be */
  BearerLogin(Verifier verifier, int maxBytes) {
    this.verifier = verifier;
    this.maxBytes = maxBytes;
  }

  @Override
  public CompletionStage<Step> respond(byte[] token) {
    if (begun) {
      LoginFailedException why = refusal();
      return CompletableFuture.failedFuture(why == null ? new LoginFailedException("The login has ended") : why);
    }
    begun = true;
    if (token.length > maxBytes) {
      return CompletableFuture.failedFuture(new LoginFailedException("Invalid OAUTHBEARER client first message: it is too long",
          "a token is longer than margay.oauthbearer.token.max.bytes"));
    }
    try {
      BearerMessage message = BearerMessage.parse(token);
      return verifier.verify(message.token()).handle((accepted, failure) -> {
        if (failure == null) {
          return accepted(message, accepted);
        }
        Throwable cause = failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TokenRefusedException why) {
          refused = why;
          return CompletableFuture.completedFuture(Step.more(why.json().getBytes(StandardCharsets.UTF_8)));
        }
        return CompletableFuture.<Step>failedFuture(cause);
      }).thenCompose(step -> step);
    } catch (LoginFailedException | RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public LoginFailedException refusal() {
    TokenRefusedException why = refused;
    return why == null ? null : new LoginFailedException(why.json(), "a token was refused, because " + why.getMessage());
  }

  private static CompletableFuture<Step> accepted(BearerMessage message, Token.Accepted accepted) {
    if (message.user() != null && !message.user().equals(accepted.user())) {
      return CompletableFuture.failedFuture(
          new LoginFailedException("Authentication failed: Client requested an authorization id that is different from the token's principal name"));
    }
    return CompletableFuture.completedFuture(new Step(new byte[0], new Principal("User", accepted.user()), accepted.expiresMs()));
  }
}
