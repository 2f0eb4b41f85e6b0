package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the pending writes of one log's small files ({@link LogState#files}), never under the lock of the log. */
final class StateWriter {
  private static final Logger LOG = LoggerFactory.getLogger(StateWriter.class);

  private final SegmentedPartitionLog log;
  /** Whether a task that writes is queued. */
  private final AtomicBoolean queued = new AtomicBoolean();

  StateWriter(SegmentedPartitionLog log) {
    this.log = log;
  }

  /** Requests the write of what the last append left, on another thread unless very many wait. */
  void writeSoon() {
    FileQueue files = log.state.files();
    if (files.isEmpty()) {
      return;
    }
    if (files.isFull()) {
      tryToWrite();
    } else if (queued.compareAndSet(false, true)) {
      log.environment.background().execute(() -> {
        queued.set(false);
        tryToWrite();
      });
    }
  }

  private void tryToWrite() {
    try {
      write();
    } catch (IOException e) {
      // The log is offline now, or continues with another store that has its own files.
      LOG.debug("The state of a log was not written partition={}", log.id(), e);
    }
  }

  void write() throws IOException {
    LogStore used = log.store;
    if (log.availability.unusable()) {
      return;
    }
    try {
      log.state.files().drain(used);
    } catch (IOException e) {
      throw log.faultOf(used, "write its state", e);
    }
  }
}
