package io.margay.health.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.placement.ReplicaPlacer;
import io.margay.spi.storage.StorageEngine;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Whether the storage engine, the placement and the partitioner are there that topics get by default: without them, a topic cannot be
 * created, or written to inside the process. Safe for all threads.
 */
@Component(service = HealthCheck.class, property = {HealthCheck.NAME + "=defaults", HealthCheck.TAGS + "=ready"})
public final class DefaultsCheck implements HealthCheck {
  private static final String ENGINE = "margay.storage.engine";
  private static final String PLACEMENT = "margay.placement";
  private static final String PARTITIONER = "margay.partitioner";

  /** The names that are there, by setting, with how many services have each. */
  private final Map<String, Map<String, Integer>> there = Map.of(ENGINE, new ConcurrentHashMap<>(), PLACEMENT,
      new ConcurrentHashMap<>(), PARTITIONER, new ConcurrentHashMap<>());
  private final UnaryOperator<String> settings;

  @Activate
  public DefaultsCheck(@Reference NodeSettings settings) {
    this(name -> {
      Setting<?> setting = settings.definition(Setting.Scope.BROKER, name);
      return setting == null ? null : String.valueOf(settings.get(setting));
    });
  }

  /** @param settings gives the value of a setting by its name, or null when nobody defines it now */
  DefaultsCheck(UnaryOperator<String> settings) {
    this.settings = settings;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addEngine(StorageEngine engine) {
    add(ENGINE, engine.name());
  }

  void removeEngine(StorageEngine engine) {
    remove(ENGINE, engine.name());
  }

  @Reference(service = ReplicaPlacer.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPlacer(Map<String, Object> properties) {
    add(PLACEMENT, String.valueOf(properties.get(ReplicaPlacer.NAME_PROPERTY)));
  }

  void removePlacer(Map<String, Object> properties) {
    remove(PLACEMENT, String.valueOf(properties.get(ReplicaPlacer.NAME_PROPERTY)));
  }

  @Reference(service = Partitioner.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPartitioner(Map<String, Object> properties) {
    add(PARTITIONER, String.valueOf(properties.get(Partitioner.NAME_PROPERTY)));
  }

  void removePartitioner(Map<String, Object> properties) {
    remove(PARTITIONER, String.valueOf(properties.get(Partitioner.NAME_PROPERTY)));
  }

  void add(String setting, String name) {
    there.get(setting).merge(name, 1, Integer::sum);
  }

  void remove(String setting, String name) {
    there.get(setting).computeIfPresent(name, (n, count) -> count > 1 ? count - 1 : null);
  }

  @Override
  public Result execute() {
    FormattingResultLog log = new FormattingResultLog();
    check(log, ENGINE, "topics without an engine of their own cannot be created or used", false);
    check(log, PLACEMENT, "no topic can be created", false);
    check(log, PARTITIONER, "records cannot be produced inside the process or over HTTP; clients choose partitions themselves", true);
    return new Result(log);
  }

  private void check(FormattingResultLog log, String setting, String consequence, boolean clientsGoOn) {
    String value = settings.apply(setting);
    // Options of a strategy follow its name.
    String name = value == null ? null : value.split(":", 2)[0];
    if (name == null) {
      log.temporarilyUnavailable("nobody defines {} now: a part is missing, or is being replaced", setting);
    } else if (there.get(setting).containsKey(name)) {
      log.info("{}={}", setting, value);
    } else if (clientsGoOn) {
      log.warn("{} is not installed, which {} names: {}", name, setting, consequence);
    } else {
      log.critical("{} is not installed, which {} names: {}", name, setting, consequence);
    }
  }
}
