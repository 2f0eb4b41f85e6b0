package io.margay.log.internal;

import java.io.IOException;

/** What a store holds does not divide into batches, although it could be read. */
final class DamagedLogException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedLogException(String message) {
    super(message);
  }
}
