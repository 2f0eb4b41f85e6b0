package io.margay.log.internal;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.log.Logs;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;

/** The logs over one engine, wired by hand where a broker has components do it. */
public final class BenchmarkLogs implements AutoCloseable {
  private final LogManager manager;
  private final StorageEngine engine;

  /**
   * @param engine closed by the caller, after these
   * @throws IOException never, as nothing is noted of what is where
   */
  public BenchmarkLogs(NodeSettings settings, Scheduler scheduler, StorageEngine engine) throws IOException {
    this.engine = engine;
    manager = new LogManager(settings, Clock.SYSTEM, scheduler, (what, cause) -> cause.printStackTrace(), null);
    manager.addEngine(engine);
  }

  /** @return the logs */
  public Logs logs() {
    return manager;
  }

  @Override
  public void close() {
    manager.removeEngine(engine);
    manager.close();
  }
}
