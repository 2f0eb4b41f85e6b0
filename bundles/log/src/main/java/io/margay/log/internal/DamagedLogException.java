package io.margay.log.internal;

import java.io.IOException;

/** The content of a store could be read, but does not consist of batches. */
final class DamagedLogException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedLogException(String message) {
    super(message);
  }
}
