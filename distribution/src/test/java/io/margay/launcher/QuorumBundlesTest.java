package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuorumBundlesTest {
  @TempDir
  private Path home;

  private static boolean wanted(Map<String, String> environment, String... file) {
    Map<String, String> settings = new TreeMap<>();
    for (int i = 0; i < file.length; i += 2) {
      settings.put(file[i], file[i + 1]);
    }
    return QuorumBundles.wanted(environment, settings);
  }

  @Test
  void aNodeThatIsAloneNeedsNone() {
    assertThat(wanted(Map.of())).isFalse();
    assertThat(wanted(Map.of("KAFKA_CONTROLLER_QUORUM_VOTERS", ""))).isFalse();
    assertThat(wanted(Map.of("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@kafka:9093"))).isFalse();
    assertThat(wanted(Map.of("KAFKA_NODE_ID", "7", "KAFKA_CFG_CONTROLLER_QUORUM_VOTERS", "7@kafka:9093"))).isFalse();
    assertThat(wanted(Map.of(), "process.roles", "broker,controller", "controller.quorum.bootstrap.servers", "localhost:9093")).isFalse();
  }

  @Test
  void votersAndFollowersNeedThem() {
    assertThat(wanted(Map.of("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@a:1,2@b:1"))).isTrue();
    assertThat(wanted(Map.of(), "controller.quorum.voters", "1@a:1, 2@b:1")).isTrue();
    assertThat(wanted(Map.of("KAFKA_BROKER_ID", "2"), "controller.quorum.voters", "1@a:1")).isTrue();
    assertThat(wanted(Map.of(), "process.roles", "broker", "controller.quorum.bootstrap.servers", "a:1")).isTrue();
  }

  @Test
  void theyAreAddedToTheirLevels() throws Exception {
    Path jar = Files.createFile(Files.createDirectories(home.resolve("optional/quorum/30")).resolve("ratis.jar"));
    Files.createFile(Files.createDirectories(home.resolve("bundles/30")).resolve("part.jar"));
    SortedMap<Integer, List<Path>> levels = BundleDirectory.scan(home.resolve("bundles"));
    Layout layout = new Layout(home, home.resolve("data"));
    QuorumBundles.add(layout, Map.of(), levels);
    assertThat(levels.get(30)).hasSize(1);
    QuorumBundles.add(layout, Map.of("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@a:1,2@b:1"), levels);
    assertThat(levels.get(30)).hasSize(2).contains(jar);
  }
}
