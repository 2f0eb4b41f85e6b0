package io.margay.storage.mapdb.internal;

import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineModelContract;
import java.io.IOException;
import java.nio.file.Path;

class MapDbModelTest extends StorageEngineModelContract {
  @Override
  protected StorageEngine start(Path where) {
    return TestEngines.start(where);
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((MapDbEngine) running).close();
  }
}
