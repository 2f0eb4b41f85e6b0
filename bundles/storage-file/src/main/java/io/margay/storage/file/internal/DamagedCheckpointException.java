package io.margay.storage.file.internal;

import java.io.IOException;

/** A checkpoint's file holds what no checkpoint can hold. */
final class DamagedCheckpointException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedCheckpointException(String message) {
    super(message);
  }
}
