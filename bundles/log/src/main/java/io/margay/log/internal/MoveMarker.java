package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The small file that says whether a copy is complete while a log is moved from one engine to another. It is written to the new
 * copy before its first batch, changed when the copy is complete and on stable storage, and deleted after the old copy.
 *
 * @param complete whether the copy is complete, so that it counts and its original does not
 * @param from the engine that held the original
 */
record MoveMarker(boolean complete, String from) {
  private static final Logger LOG = LoggerFactory.getLogger(MoveMarker.class);
  static final String BLOB = "margay-move";
  private static final String COMPLETE = "complete ";
  private static final String MOVING = "moving ";

  /** The marker of a store, or null. */
  static MoveMarker of(LogStore store) throws IOException {
    byte[] bytes = store.readBlob(BLOB);
    if (bytes == null) {
      return null;
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.startsWith(COMPLETE)) {
      return new MoveMarker(true, text.substring(COMPLETE.length()));
    }
    if (text.startsWith(MOVING)) {
      return new MoveMarker(false, text.substring(MOVING.length()));
    }
    LOG.warn("A marker of a move cannot be read, the copy counts as unfinished bytes={}", bytes.length);
    return new MoveMarker(false, "");
  }

  /** On stable storage when it returns. */
  void writeTo(LogStore store) throws IOException {
    store.writeBlob(BLOB, ((complete ? COMPLETE : MOVING) + from).getBytes(StandardCharsets.UTF_8), true);
  }
}
