package io.margay.storage.mapdb.internal;

import io.margay.spi.storage.FaultyDisk;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineContract;
import java.io.IOException;
import java.nio.file.Path;

class MapDbEngineTest extends StorageEngineContract {
  private final FaultyDisk disk = new FaultyDisk();

  @Override
  protected StorageEngine start(Path where) {
    return TestEngines.start(where, disk::open, TestEngines.AT_REST);
  }

  @Override
  protected boolean limitDisk(long bytes) {
    disk.allow(bytes);
    return true;
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((MapDbEngine) running).close();
  }
}
