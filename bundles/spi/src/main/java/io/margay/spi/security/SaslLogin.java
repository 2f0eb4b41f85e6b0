package io.margay.spi.security;

import io.margay.spi.handler.Principal;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** The exchange of tokens with one client. Called by one thread at a time, and not again before the last answer is there. */
@ConsumerType
public interface SaslLogin {
  /** {@link Step#expiresMs} of a login that does not expire by itself. */
  long NEVER = Long.MAX_VALUE;

  /**
   * The answer to a token.
   *
   * @param token what the client gets; may be empty
   * @param principal who the client is, now that it has proved it; null when it has to send another token
   * @param expiresMs when what the client has shown expires, in milliseconds since 1970, or {@link #NEVER}
   */
  record Step(byte[] token, Principal principal, long expiresMs) {
    /**
     * The client has to send another token.
     *
     * @param token what the client gets
     * @return the step
     */
    public static Step more(byte[] token) {
      return new Step(token, null, NEVER);
    }

    /**
     * The client has logged in.
     *
     * @param token what the client gets
     * @param principal who it is
     * @return the step
     */
    public static Step done(byte[] token, Principal principal) {
      return new Step(token, principal, NEVER);
    }
  }

  /**
   * Takes a token. Called on an event loop; never blocks.
   *
   * @param token what the client sent; the caller's, not kept
   * @return completes with the answer, on any thread; exceptionally with a {@link LoginFailedException} when the client is refused,
   *     and with a {@link java.util.concurrent.RejectedExecutionException} when that cannot be told now, so that the client should connect again
   */
  CompletionStage<Step> respond(byte[] token);

  /**
   * Asked on the event loop after each {@link Step#more}. A client that is refused but has to send one more token need not do so: so its failure is
   * recorded, and its answer delayed, when it is known.
   *
   * @return why the client was refused already, when the token that it got says so and the next one will fail in any case; else null
   */
  default LoginFailedException refusal() {
    return null;
  }

  /** @return who the client says that it is, proved or not, for what is recorded of failed logins; null when it has not said so */
  default String claimedUser() {
    return null;
  }
}
