package io.margay.storage.mapdb.internal;

import io.margay.model.Clock;
import java.nio.file.Path;

/** Engines as the tests want them. */
final class TestEngines {
  private static final int NEVER_MS = 3_600_000;
  /** No checkpoint comes by the clock: tests that copy the files under an engine see them at rest. */
  static final Database.Limits AT_REST = new Database.Limits(1 << 30, 1 << 20, NEVER_MS);

  private TestEngines() {
  }

  static MapDbEngine start(Path directory) {
    return new MapDbEngine(directory, Disk.REAL, AT_REST, (what, cause) -> {
      throw new AssertionError(what, cause);
    }, Clock.SYSTEM);
  }
}
