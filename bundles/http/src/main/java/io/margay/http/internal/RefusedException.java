package io.margay.http.internal;

/** Thrown when a request is answered before its body is read. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient HttpError error;

  RefusedException(HttpError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  HttpError error() {
    return error;
  }
}
