package io.margay.itests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import io.margay.itests.Run;
import io.margay.itests.osgi.TestBundle;
import io.margay.itests.osgi.Traffic;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bundles are deployed while stock clients work: an idempotent producer and a group of two consumers. Whatever is wrong with the new version,
 * the old one serves afterwards, and the clients have seen nothing: no send fails, and what was acknowledged is read once and in order.
 */
class DeployIT {
  private static final String WATCH = "5s";
  private static Broker broker;
  private static Path work;
  private static NewVersions versions;

  @BeforeAll
  static void start() throws IOException {
    broker = Broker.prepare().with("MARGAY_DEPLOY_WATCH_MS", "1000").start();
    work = Files.createTempDirectory(Path.of(System.getProperty("work.dir")), "deploy");
    versions = new NewVersions(work);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Run deploy(Object... arguments) {
    List<String> command = new ArrayList<>(List.of(Broker.HOME.resolve("bin/margay").toString(), "deploy"));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    return Run.of(Map.of("MARGAY_DATA", broker.data().toString()), null, command.toArray(String[]::new));
  }

  private static String installed(String part) {
    return broker.shell("lb -s io.margay." + part).ok().output();
  }

  private static String lastOfHistory() {
    List<String> lines = broker.shell("deploy:history").ok().output().lines().toList();
    return lines.get(lines.size() - 1);
  }

  @Test
  void theCommandsAreListedAndCompleted() throws Exception {
    assertThat(broker.shell("help").ok().output()).containsPattern("\ndeploy +Replace bundles").contains("deploy:history", "deploy:undo");
    assertThat(broker.shell("help deploy").ok().output()).contains("--dry-run").isEqualTo(broker.shell("deploy --help").ok().output());
    String words = work.getParent() + "/" + work.getFileName().toString().substring(0, 6);
    assertThat(broker.shell("margay:candidates margay:deploy 1 [deploy '" + words + "']").ok().output()).contains(work + "/");
    try (Broker other = Broker.started()) {
      assertThat(other.shell("deploy:history").ok().output()).isEqualTo("There are no deployments yet.\n");
      assertThat(other.shell("deploy:history --json").ok().output().strip()).isEqualTo("[ ]");
    }
  }

  /** Deploys under load, and checks that clients saw nothing. */
  private static Run underLoad(String topic, int exit, Object... arguments) throws Exception {
    broker.shell("topic:create " + topic + " -p " + Traffic.PARTITIONS).ok();
    try (Traffic traffic = new Traffic(broker.bootstrap(), topic)) {
      traffic.awaitProgress(2 * Traffic.RATE);
      traffic.awaitBalance();
      Run run = deploy(arguments);
      assertThat(run.exit()).as(run.output()).isEqualTo(exit);
      traffic.awaitProgress(Traffic.RATE);
      assertThat(traffic.problems()).as(run.output()).isEmpty();
      return run;
    }
  }

  private static void assertRolledBack(Run run, String part, String... why) {
    assertThat(run.output()).contains("rolled back io.margay." + part).contains(why).contains("The old version runs again");
    assertThat(lastOfHistory()).contains("rolled back").contains(why);
    assertThat(installed(part)).contains("Active").doesNotContain(versions.last() + ")");
  }

  @Test
  void aBundleThatCannotStartIsRolledBack() throws Exception {
    Path jar = versions.version("replication", Map.of("Bundle-Activator", FailingActivator.class.getName()), FailingActivator.class);
    assertRolledBack(underLoad("failing", 1, jar), "replication", "cannot start", "this version has a flaw");
  }

  @Test
  void aBundleWithAComponentThatCannotStartIsRolledBack() throws Exception {
    Path jar = versions.version("groups", Map.of("Service-Component", ",OSGI-INF/failing.xml"), FailingComponent.class);
    NewVersions.add(jar, "OSGI-INF/failing.xml", FailingComponent.description());
    assertRolledBack(underLoad("failing-component", 1, jar), "groups", FailingComponent.class.getSimpleName() + " failed", "no such luck");
  }

  @Test
  void aBundleThatDoesNotResolveIsRefusedBeforeAnythingChanges() throws Exception {
    Path jar = versions.version("replication", Map.of("Import-Package", ",no.such.thing,io.margay.spi.mirror;version=\"[9,10)\""));
    Run run = underLoad("unresolved", 1, jar);
    assertThat(run.output()).contains("needs package no.such.thing", "which no bundle exports", "io.margay.spi.mirror [9.0.0,10.0.0)",
        "Nothing was changed").doesNotContain("rolled back");
    assertThat(installed("replication")).doesNotContain(versions.last() + ")");
  }

  @Test
  void aBundleThatMakesClientsWaitIsRolledBack() throws Exception {
    Path jar = versions.spoiled(SpoiledProduce.Slow.class);
    assertRolledBack(underLoad("slow", 1, "--watch", WATCH, jar), "replication", " of Produce is");
  }

  @Test
  void aBundleThatAnswersErrorsIsRolledBack() throws Exception {
    Path jar = versions.spoiled(SpoiledProduce.Erroneous.class);
    assertRolledBack(underLoad("erroneous", 1, "--watch", WATCH, jar), "replication", "100 % of the responses to Produce have errors");
  }

  @Test
  void aGoodBundleStaysOverARestartUntilItIsUndone() throws Exception {
    Path jar = versions.version("groups", Map.of());
    Run run = underLoad("good", 0, "--watch", "1s", jar);
    assertThat(run.output()).contains("No other bundle is refreshed.", "Replaced in", "Deployed io.margay.groups");
    assertThat(lastOfHistory()).contains(System.getProperty("user.name"), "-> " + versions.last(), "deployed");
    broker.kill();
    broker.start();
    assertThat(installed("groups")).contains("(" + versions.last() + ")");
    assertThat(broker.shell("deploy:undo").ok().output()).contains(versions.last() + " -> 0.1.0.SNAPSHOT");
    assertThat(installed("groups")).contains("(0.1.0.SNAPSHOT)");
  }

  @Test
  void theOldVersionIsThereWhenTheNodeDiesInTheMiddle() throws Exception {
    Path jar = versions.version("groups", Map.of());
    ProcessBuilder command = new ProcessBuilder(Broker.HOME.resolve("bin/margay").toString(), "deploy", "--watch", "5m", jar.toString());
    command.environment().put("MARGAY_DATA", broker.data().toString());
    Process process = command.redirectErrorStream(true).start();
    try (BufferedReader lines = process.inputReader()) {
      String line = lines.readLine();
      while (line != null && !line.startsWith("Watching")) {
        line = lines.readLine();
      }
      assertThat(line).startsWith("Watching");
      broker.kill();
    }
    assertThat(process.waitFor()).isEqualTo(4);
    broker.start();
    assertThat(installed("groups")).contains("(0.1.0.SNAPSHOT)");
    assertThat(lastOfHistory()).contains("-> " + versions.last(), "rolled back: the node stopped in the middle of the deployment");
  }

  /** What {@code margay shell} itself depends on, and what does the work. */
  @ParameterizedTest
  @ValueSource(strings = {"server", "config", "shell", "console", "deploy", "spi"})
  void theCommandRunsToItsEndWhateverItReplaces(String part) throws Exception {
    Run run = deploy("--watch", "500ms", versions.version(part, Map.of()));
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output()).contains("Deployed io.margay." + part + " 0.1.0.SNAPSHOT -> " + versions.last());
    assertThat(broker.shell("topic:list").exit()).isZero();
    assertThat(lastOfHistory()).contains("-> " + versions.last() + " ").endsWith("  deployed");
    assertThat(broker.shell("deploy:history").ok().output().split(versions.last() + " ", -1)).as("it is there once").hasSize(2);
    assertThat(installed(part)).contains("(" + versions.last() + ")");
  }

  @Test
  void aContractAndAPartAreReplacedTogether() throws Exception {
    Path contract = versions.version("coordinator", Map.of());
    Run run = deploy("--watch", "500ms", contract, versions.version("groups", Map.of()));
    assertThat(run.exit()).as(run.output()).isZero();
    assertThat(run.output()).contains("Other bundles use its packages");
    assertThat(installed("coordinator")).contains("(" + versions.last(1) + ")");
    assertThat(broker.shell("deploy:undo").ok().output()).contains("coordinator " + versions.last(1) + " -> 0.1.0.SNAPSHOT");
  }

  @Test
  void whatIsNoBundleIsSaid() throws Exception {
    Path whole = versions.version("groups", Map.of());
    Path cut = Files.write(work.resolve("cut.jar"), Arrays.copyOf(Files.readAllBytes(whole), 20_000));
    assertThat(deploy(cut)).isEqualTo(new Run(1, cut + " begins as a jar, but is cut off or damaged (20000 bytes, zip END header not found);"
        + " copy it again\n"));
    assertThat(deploy("--dry-run", whole).ok().output()).contains("Nothing was changed, as asked for.");
    assertThat(deploy("--force", whole).output()).contains("deploy does not know --force");
  }
}
