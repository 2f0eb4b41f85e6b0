package io.margay.storage.file.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.storage.FaultyDisk;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

class FileStorageEngineTest extends StorageEngineContract {
  static final FaultHandler NO_FAULTS = (what, cause) -> {
    throw new AssertionError(what, cause);
  };

  private final FaultyDisk disk = new FaultyDisk();

  @Override
  protected boolean limitDisk(long bytes) {
    disk.allow(bytes);
    return true;
  }

  @Override
  protected StorageEngine start(Path where) throws IOException {
    return new FileStorageEngine(List.of(where), disk::open, NO_FAULTS, Clock.SYSTEM);
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((FileStorageEngine) running).close();
  }
}
