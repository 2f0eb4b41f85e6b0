package io.margay.storage.file.internal;

import java.io.IOException;

/** The store was closed. */
final class ClosedStoreException extends IOException {
  private static final long serialVersionUID = 1;

  ClosedStoreException() {
    super("it is closed");
  }
}
