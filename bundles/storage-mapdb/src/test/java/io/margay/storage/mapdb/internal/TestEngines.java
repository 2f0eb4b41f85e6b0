package io.margay.storage.mapdb.internal;

import io.margay.model.Clock;
import java.nio.file.Path;

/** Engines as the tests want them. */
final class TestEngines {
  private static final int NEVER_MS = 3_600_000;
  /** No checkpoint comes by the clock: tests that copy the files under an engine see them at rest. */
  static final Database.Limits AT_REST = new Database.Limits(1 << 30, 1 << 20, NEVER_MS);

  /** Checkpoints come all the time. */
  static final Database.Limits BUSY = new Database.Limits(200_000, 100, 50);

  private TestEngines() {
  }

  static MapDbEngine start(Path directory) {
    return start(directory, Disk.REAL, AT_REST);
  }

  static MapDbEngine startBusy(Path directory) {
    return start(directory, Disk.REAL, BUSY);
  }

  static MapDbEngine start(Path directory, Disk disk, Database.Limits limits) {
    return new MapDbEngine(directory, disk, limits, (what, cause) -> {
      throw new AssertionError(what, cause);
    }, Clock.SYSTEM);
  }
}
