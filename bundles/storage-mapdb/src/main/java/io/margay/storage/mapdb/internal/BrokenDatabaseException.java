package io.margay.storage.mapdb.internal;

import java.io.IOException;

/** What is in memory and what is on disk may differ: the database must be opened anew. */
final class BrokenDatabaseException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenDatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
