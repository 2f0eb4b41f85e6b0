package io.margay.storage.file.internal;

import java.io.IOException;

/** The files of an index hold what cannot be right; the index is built again from the segment. */
final class DamagedIndexException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedIndexException(String message) {
    super(message);
  }
}
