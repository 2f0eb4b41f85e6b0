package io.margay.storage.file.internal;

import java.io.IOException;

/** The content of a checkpoint's file is invalid. */
final class DamagedCheckpointException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedCheckpointException(String message) {
    super(message);
  }
}
