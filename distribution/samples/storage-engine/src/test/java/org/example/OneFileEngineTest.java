package org.example;

import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineContract;
import java.io.IOException;
import java.nio.file.Path;

class OneFileEngineTest extends StorageEngineContract {
  @Override
  protected StorageEngine start(Path where) throws IOException {
    return new OneFileEngine(where);
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((OneFileEngine) running).close();
  }
}
