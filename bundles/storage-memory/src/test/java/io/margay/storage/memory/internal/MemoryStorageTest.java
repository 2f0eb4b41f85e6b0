package io.margay.storage.memory.internal;

import io.margay.model.Clock;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineContract;
import java.nio.file.Path;

class MemoryStorageTest extends StorageEngineContract {
  @Override
  protected StorageEngine start(Path where) {
    return new MemoryStorage(Clock.SYSTEM);
  }

  @Override
  protected void stop(StorageEngine running) {
    // Nothing is held but memory.
  }
}
