package io.margay.shares.internal.fetch;

import io.margay.protocol.Errors;

/** Why a whole request is refused. Has no stack trace: it is an answer, not a defect. */
final class ShareException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errors error;

  ShareException(Errors error, String message) {
    super(message, null, false, false);
    this.error = error;
  }

  ShareException(Errors error) {
    this(error, error.message());
  }

  Errors error() {
    return error;
  }
}
