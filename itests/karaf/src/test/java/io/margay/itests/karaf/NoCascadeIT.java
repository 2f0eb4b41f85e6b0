package io.margay.itests.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.BundleWatch;
import io.margay.itests.osgi.HttpRecords;
import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.TestBundle;
import io.margay.itests.osgi.Traffic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is installed into a Karaf while clients work stops no bundle that was there before. */
class NoCascadeIT {
  private static KarafBroker broker;
  private static Path directory;
  private static Path events;

  @BeforeAll
  static void start() throws Exception {
    broker = KarafBroker.started("margay");
    directory = Files.createDirectory(broker.home().resolve("itest"));
    events = directory.resolve("events");
    Path watch = new TestBundle("itest-watch").activator(BundleWatch.class).header("Import-Package", "org.osgi.framework")
        .header(BundleWatch.FILE_HEADER, events.toString()).write(directory.resolve("watch.jar"));
    broker.shell("bundle:install -s " + watch.toUri());
    BundleWatch.await(events, "STARTED itest-watch", 1);
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  /** Does something. */
  private interface Action {
    void run() throws Exception;
  }

  private static void stopsNothing(String topic, Action action) throws Exception {
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, Map.of());
    try (Traffic traffic = new Traffic(broker.bootstrap(), topic)) {
      traffic.awaitBalance();
      int before = Files.readAllLines(events).size();
      action.run();
      traffic.awaitProgress(Traffic.RATE / 10);
      assertThat(BundleWatch.stopped(events, before)).isEmpty();
      assertThat(traffic.problems()).isEmpty();
    }
  }

  /** One that a stock Karaf has and does not use. */
  @Test
  void aFeatureOfKaraf() throws Exception {
    stopsNothing("stock", () -> {
      broker.shell("feature:install aries-blueprint");
      BundleWatch.await(events, "STARTED org.apache.aries.blueprint.core", 1);
    });
  }

  /** Packages that bundles of ours, or of libraries, import only if they are there, come and go. */
  @Test
  void aFeatureWithPackagesThatAreOptionalForUs() throws Exception {
    Path jar = new TestBundle("itest-optional").packages(BundleWatch.OPTIONAL_PACKAGES).write(directory.resolve("optional.jar"));
    Path features = Files.writeString(directory.resolve("features.xml"), """
        <features name="itest" xmlns="http://karaf.apache.org/xmlns/features/v1.6.0">
          <feature name="itest" version="1.0.0"><bundle>%s</bundle></feature>
        </features>
        """.formatted(jar.toUri()));
    stopsNothing("optional", () -> {
      broker.shell("feature:repo-add " + features.toUri());
      broker.shell("feature:install itest");
      BundleWatch.await(events, "STARTED itest-optional", 1);
      broker.shell("feature:uninstall itest");
      BundleWatch.await(events, "UNINSTALLED itest-optional", 1);
    });
  }

  /** Another engine; topics use it at once. */
  @Test
  void aFeatureOfOurs() throws Exception {
    stopsNothing("memory", () -> {
      broker.shell("feature:install margay-memory");
      BundleWatch.await(events, "STARTED io.margay.storage-memory", 1);
      KafkaRoundTrip.createTopic(broker.bootstrap(), "in-memory", 1, Map.of("margay.storage.engine", "memory"));
      KafkaRoundTrip.produce(broker.bootstrap(), "in-memory", 10, "none");
      assertThat(KafkaRoundTrip.consume(broker.bootstrap(), "in-memory", "in-memory", 10)).hasSize(10);
    });
  }

  /** It brings a listener of its own, and no package that an HTTP server of Karaf has, too. */
  @Test
  void recordsOverHttp() throws Exception {
    stopsNothing("http", () -> {
      broker.shell("feature:install margay-http");
      BundleWatch.await(events, "STARTED io.margay.http", 1);
      KafkaRoundTrip.createTopic(broker.bootstrap(), "over-http", 1, Map.of());
      HttpRecords.produce(broker.bootstrap(), "over-http", 10);
      assertThat(broker.shell("package:exports")).doesNotContain("servlet");
    });
  }

  @Test
  void aBundleInDeploy() throws Exception {
    stopsNothing("deploy", () -> {
      Path jar = new TestBundle("itest-plain").write(directory.resolve("plain.jar"));
      Path deployed = Files.move(jar, broker.home().resolve("deploy/plain.jar"));
      BundleWatch.await(events, "STARTED itest-plain", 1);
      Files.delete(deployed);
      BundleWatch.await(events, "UNINSTALLED itest-plain", 1);
    });
  }

  /** The check sees what stops. */
  @Test
  void anUpdateIsSeen() throws Exception {
    int before = Files.readAllLines(events).size();
    broker.shell("bundle:restart io.margay.partitioners");
    BundleWatch.await(events, "STARTED io.margay.partitioners", 1);
    assertThat(BundleWatch.stopped(events, before))
        .isEqualTo(List.of("STOPPING io.margay.partitioners", "STOPPED io.margay.partitioners"));
  }
}
