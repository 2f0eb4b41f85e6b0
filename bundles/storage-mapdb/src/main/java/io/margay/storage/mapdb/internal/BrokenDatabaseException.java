package io.margay.storage.mapdb.internal;

import java.io.IOException;

/** Memory and disk may differ: the database must be reopened. */
final class BrokenDatabaseException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenDatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
