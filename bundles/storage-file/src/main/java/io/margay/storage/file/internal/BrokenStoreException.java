package io.margay.storage.file.internal;

import java.io.IOException;

/** The content of the disk is uncertain: the store refuses all further calls until it is opened again. */
final class BrokenStoreException extends IOException {
  private static final long serialVersionUID = 1;

  BrokenStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
