package io.margay.itests.felix;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.BundleWatch;
import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.TestBundle;
import io.margay.itests.osgi.Traffic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is done with one bundle, while clients work, stops no other one. */
class NoCascadeIT {
  private FelixBroker broker;
  private Path events;

  @BeforeEach
  void start() throws Exception {
    broker = FelixBroker.started();
    events = broker.home().resolve("events");
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  @Test
  void bundlesOfOthersComeAndGo() throws Exception {
    Path directory = Files.createDirectory(broker.home().resolve("jars"));
    Path optional = new TestBundle("itest-optional").packages(BundleWatch.OPTIONAL_PACKAGES)
        .write(directory.resolve("optional.jar"));
    Path plain = new TestBundle("itest-plain").write(directory.resolve("plain.jar"));
    Path newer = new TestBundle("itest-plain").header("Bundle-Version", "1.0.1").write(directory.resolve("newer.jar"));
    Path deployed = broker.home().resolve("deploy/plain.jar");
    int connectionsEnded = broker.connectionsEnded();
    try (Traffic traffic = traffic("others")) {
      int before = Files.readAllLines(events).size();
      broker.run("install " + optional);
      broker.run("refresh");
      Files.move(Files.copy(plain, directory.resolve("moved.jar")), deployed, StandardCopyOption.ATOMIC_MOVE);
      BundleWatch.await(events, "STARTED itest-plain", 1);
      Files.move(newer, deployed, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      BundleWatch.await(events, "STARTED itest-plain", 2);
      Files.delete(deployed);
      BundleWatch.await(events, "UNINSTALLED itest-plain", 1);
      broker.run("uninstall itest-optional");
      broker.run("refresh");
      traffic.awaitProgress(Traffic.RATE / 10);
      assertThat(stopped(before)).isEmpty();
      assertThat(traffic.problems()).isEmpty();
    }
    assertThat(broker.connectionsEnded()).isEqualTo(connectionsEnded);
  }

  /** Also when the framework is told to let go of all that was replaced. That the part is seen shows that the check works. */
  @Test
  void anUpdateStopsThePartAlone() throws Exception {
    try (Traffic traffic = traffic("update")) {
      for (SwapPart part : SwapPart.values()) {
        if (FelixBroker.jar(part.bundle()) != null) {
          int before = Files.readAllLines(events).size();
          broker.update(part.bundle());
          broker.run("refresh");
          traffic.awaitProgress(Traffic.RATE / 10);
          assertThat(stopped(before)).containsOnly("STOPPING io.margay." + part.bundle(), "STOPPED io.margay." + part.bundle(),
              "UNRESOLVED io.margay." + part.bundle());
        }
      }
      assertThat(traffic.problems()).isEmpty();
    }
  }

  private Traffic traffic(String topic) throws Exception {
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, Map.of());
    Traffic traffic = new Traffic(broker.bootstrap(), topic);
    traffic.awaitBalance();
    return traffic;
  }

  private List<String> stopped(int before) throws Exception {
    return BundleWatch.stopped(events, before);
  }
}
