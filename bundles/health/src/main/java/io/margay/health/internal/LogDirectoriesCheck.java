package io.margay.health.internal;

import io.margay.spi.storage.StorageEngine;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Whether the places where logs are stored can be used. Safe for all threads. */
@Component(service = HealthCheck.class, property = {HealthCheck.NAME + "=log directories", HealthCheck.TAGS + "=ready"})
public final class LogDirectoriesCheck implements HealthCheck {
  private final List<StorageEngine> engines = new CopyOnWriteArrayList<>();

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addEngine(StorageEngine engine) {
    engines.add(engine);
  }

  void removeEngine(StorageEngine engine) {
    engines.remove(engine);
  }

  @Override
  public Result execute() {
    FormattingResultLog log = new FormattingResultLog();
    for (StorageEngine engine : engines) {
      List<StorageEngine.Place> places = engine.places();
      List<StorageEngine.Place> offline = places.stream().filter(p -> p.offlineCause() != null).toList();
      for (StorageEngine.Place place : offline) {
        String why = "{} of {} is offline: {}";
        if (offline.size() == places.size()) {
          log.critical(why, place.path(), engine.name(), place.offlineCause().getMessage());
        } else {
          log.warn(why, place.path(), engine.name(), place.offlineCause().getMessage());
        }
      }
      if (offline.isEmpty()) {
        log.info("{}: {} online", engine.name(), places.size());
      }
    }
    if (engines.isEmpty()) {
      log.critical("there is no storage engine");
    }
    return new Result(log);
  }
}
