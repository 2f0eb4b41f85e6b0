package io.margay.log.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.Scheduler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.log.Logs;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** Makes the logs of a node whose threads are simulated. */
public final class SimulatedLogs {
  private SimulatedLogs() { }

  /** @param threads makes a thread */
  public static Logs create(NodeSettings settings, Clock clock, Scheduler scheduler, FaultHandler faults, StorageEngine engine,
      Supplier<ExecutorService> threads) {
    try {
      LogManager logs = new LogManager(settings, clock, scheduler, faults, null, name -> threads.get());
      logs.addEngine(engine);
      return logs;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
