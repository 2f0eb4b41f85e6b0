package io.margay.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.spi.controller.Controller;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.lang.management.MemoryUsage;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;

class ChecksTest {
  private static final BrokerId SELF = new BrokerId(1);

  private static StorageEngine engine(String name, StorageEngine.Place... places) {
    return (StorageEngine) Proxy.newProxyInstance(ChecksTest.class.getClassLoader(), new Class<?>[] {StorageEngine.class},
        (p, method, a) -> switch (method.getName()) {
          case "name" -> name;
          case "places" -> List.of(places);
          case "equals" -> p == a[0];
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }

  private static StorageEngine.Place place(String path, boolean online) {
    return new StorageEngine.Place(path, 1, 1, online ? null : new IOException("no such device"));
  }

  private static void check(HealthCheck check, Result.Status status, String... words) {
    Result result = check.execute();
    assertThat(result.getStatus()).as(result.toString()).isEqualTo(status);
    assertThat(result.toString()).contains(words);
  }

  @Test
  void logDirectories() {
    LogDirectoriesCheck check = new LogDirectoriesCheck();
    check(check, Result.Status.CRITICAL, "there is no storage engine");
    StorageEngine whole = engine("file", place("/a", true), place("/b", true));
    check.addEngine(whole);
    check(check, Result.Status.OK, "file: 2 online");
    check.removeEngine(whole);
    check.addEngine(engine("file", place("/a", true), place("/b", false)));
    check(check, Result.Status.WARN, "/b of file is offline: no such device");
    check.addEngine(engine("mapdb", place("/c", false)));
    check(check, Result.Status.CRITICAL, "/c of mapdb is offline");
  }

  @Test
  void defaults() {
    Map<String, String> settings = new HashMap<>(Map.of("margay.storage.engine", "file", "margay.placement", "spread", "margay.partitioner",
        "weighted:1,2"));
    DefaultsCheck check = new DefaultsCheck(settings::get);
    check.addEngine(engine("file"));
    check.addPlacer(Map.of("name", "spread"));
    check(check, Result.Status.WARN, "weighted is not installed, which margay.partitioner names");
    check.addPartitioner(Map.of("name", "weighted"));
    check(check, Result.Status.OK, "margay.partitioner=weighted:1,2");
    settings.put("margay.storage.engine", "nosuch");
    check(check, Result.Status.CRITICAL, "nosuch is not installed, which margay.storage.engine names");
    settings.put("margay.storage.engine", "file");
    check.addPlacer(Map.of("name", "spread"));
    check.removePlacer(Map.of("name", "spread"));
    check(check, Result.Status.OK, "margay.placement=spread");
    check.removePlacer(Map.of("name", "spread"));
    check(check, Result.Status.CRITICAL, "no topic can be created");
    settings.remove("margay.placement");
    check(check, Result.Status.TEMPORARILY_UNAVAILABLE, "nobody defines margay.placement now");
  }

  private static ClusterImage image(BrokerId controller, boolean fenced) {
    return new ClusterImage("c", 7, controller, new TreeMap<>(Map.of(SELF, new BrokerImage(SELF, 1, List.of(), null, fenced))),
        TopicsImage.of(Map.of()), Map.of(), Map.of());
  }

  @Test
  void cluster() {
    ClusterCheck check = new ClusterCheck(() -> SELF);
    check(check, Result.Status.TEMPORARILY_UNAVAILABLE, "there is no controller");
    boolean[] registered = new boolean[1];
    check.controller = (Controller) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Controller.class},
        (p, method, a) -> registered[0]);
    check.metadata = () -> ClusterImage.EMPTY;
    check(check, Result.Status.TEMPORARILY_UNAVAILABLE, "not registered with the controller yet", "does not know this broker");
    registered[0] = true;
    check.metadata = () -> image(SELF, true);
    check(check, Result.Status.TEMPORARILY_UNAVAILABLE, "has fenced this broker");
    check.metadata = () -> image(BrokerId.NONE, false);
    check(check, Result.Status.TEMPORARILY_UNAVAILABLE, "has no controller now");
    check.metadata = () -> image(SELF, false);
    check(check, Result.Status.OK, "metadata at offset 7");
  }

  @Test
  void heap() {
    check(new HeapCheck(() -> 95, () -> null), Result.Status.OK, "not collected yet");
    check(new HeapCheck(() -> 95, () -> new MemoryUsage(0, 95, 100, 100)), Result.Status.OK, "95 % in use");
    check(new HeapCheck(() -> 95, () -> new MemoryUsage(0, 96, 100, 100)), Result.Status.CRITICAL, "margay.health.heap.percent=95");
  }
}
