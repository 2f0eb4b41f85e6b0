package io.margay.storage.mapdb.internal;

import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineKillContract;
import java.io.IOException;
import java.nio.file.Path;

class MapDbKillTest extends StorageEngineKillContract {
  @Override
  protected StorageEngine start(Path where) {
    return TestEngines.startBusy(where);
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((MapDbEngine) running).close();
  }
}
