package io.margay.storage.file.internal;

import io.margay.model.Clock;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineKillContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

class KillTest extends StorageEngineKillContract {
  @Override
  protected StorageEngine start(Path where) throws IOException {
    return new FileStorageEngine(List.of(where), Disk.REAL, FileStorageEngineTest.NO_FAULTS, Clock.SYSTEM);
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((FileStorageEngine) running).close();
  }
}
