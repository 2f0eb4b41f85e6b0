package io.margay.storage.file.internal;

import java.io.IOException;

/** The files of an index cannot be right; the index is rebuilt from the segment. */
final class DamagedIndexException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedIndexException(String message) {
    super(message);
  }
}
