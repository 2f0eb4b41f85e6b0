package io.margay.controller.internal.handlers;

import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Errors;

/** What is said about ACLs where there is no authorizer. */
final class NoAuthorizer {
  static final Outcome OUTCOME = new Outcome(Errors.SECURITY_DISABLED, "No Authorizer is configured.");

  private NoAuthorizer() { }
}
