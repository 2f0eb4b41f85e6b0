package io.margay.itests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import io.margay.itests.osgi.TestBundle;
import io.margay.itests.osgi.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * What is put into the folder deploy is checked, watched and taken back as by the command, while stock clients work and see nothing; the
 * console and the log say what became of it.
 */
class DeployFolderIT {
  private static final Path FOLDER = Broker.HOME.resolve("deploy");

  private static void await(Supplier<String> text, String... parts) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Arrays.stream(parts).allMatch(text.get()::contains)) {
      assertThat(System.nanoTime()).as("%s in %s", List.of(parts), text.get()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  private static Path work() throws IOException {
    return Files.createTempDirectory(Files.createDirectories(Path.of(System.getProperty("work.dir"))), "folder");
  }

  /** Moved, so that no half a file is seen. */
  private static Path put(Path file, List<Path> put) throws IOException {
    Path target = FOLDER.resolve(file.getFileName());
    put.add(target);
    return Files.move(file, target);
  }

  @Test
  void whatWorksAndWhatDoesNotIsTold() throws Exception {
    Path work = work();
    List<Path> put = new ArrayList<>();
    try (Broker broker = Broker.prepare().with("MARGAY_DEPLOY_WATCH_MS", "500").start()) {
      broker.shell("lb").ok();
      put(new TestBundle("itest.good").write(work.resolve("good.jar")), put);
      Path whole = new TestBundle("itest.whole").classes(DeployFolderIT.class).write(work.resolve("whole.jar"));
      put(Files.write(work.resolve("cut.jar"), Arrays.copyOf(Files.readAllBytes(whole), 500)), put);
      put(Files.writeString(work.resolve("text.jar"), "hello"), put);
      put(new TestBundle("itest.unresolved").header("Import-Package", "no.such.thing").write(work.resolve("unresolved.jar")), put);
      put(new TestBundle("itest.failing").activator(FailingActivator.class).header("Import-Package", "org.osgi.framework")
          .write(work.resolve("failing.jar")), put);
      String[] problems = {"cut.jar begins as a jar, but is cut off", "text.jar is not a jar", "Cannot deploy the bundle itest.unresolved 1.0.0",
          "needs package no.such.thing", "rolled back itest.failing 1.0.0 (new)", "this version has a flaw"};
      await(broker::output, problems);
      await(broker::log, problems);
      await(broker::output, "Deployed from the folder: itest.good 1.0.0");
      await(broker::log, "Deployed from the folder bundles=itest.good 1.0.0");
      await(() -> broker.shell("deploy:history").ok().output(), "itest.failing 1.0.0 (new)");
      Files.delete(FOLDER.resolve("good.jar"));
      await(broker::output, "Uninstalled, because its file is gone from the folder: itest.good 1.0.0");
      assertThat(broker.shell("lb -s itest").output()).doesNotContain("itest.");
    } finally {
      delete(put);
    }
  }

  private static void delete(List<Path> put) throws IOException {
    for (Path file : put) {
      Files.deleteIfExists(file);
    }
  }

  private static String installed(Broker broker, String part) {
    return broker.shell("lb -s io.margay." + part).ok().output();
  }

  private static List<String> history(Broker broker, String part) {
    return broker.shell("deploy:history").ok().output().lines().filter(line -> line.contains("io.margay." + part + " ")).toList();
  }

  /** Puts a jar under load, waits until the history has its outcome, and checks that clients saw nothing. */
  private static void underLoad(Broker broker, Path jar, String part, List<Path> put, String... outcome) throws Exception {
    String topic = "load-" + jar.getFileName();
    broker.shell("topic:create " + topic + " -p " + Traffic.PARTITIONS).ok();
    try (Traffic traffic = new Traffic(broker.bootstrap(), topic)) {
      traffic.awaitProgress(2 * Traffic.RATE);
      traffic.awaitBalance();
      int before = history(broker, part).size();
      put(jar, put);
      await(() -> String.join("\n", history(broker, part).stream().skip(before).toList()), outcome);
      traffic.awaitProgress(Traffic.RATE);
      assertThat(traffic.problems()).as(broker.log()).isEmpty();
    }
  }

  @Test
  void whatDoesWorseIsTakenBackUnderLoadAndNotTriedAgainByAStart() throws Exception {
    Path work = work();
    NewVersions versions = new NewVersions(work);
    List<Path> put = new ArrayList<>();
    try (Broker broker = Broker.prepare().with("MARGAY_DEPLOY_WATCH_MS", "5000").start()) {
      Path good = versions.version("replication", Map.of());
      underLoad(broker, good, "replication", put, "the folder deploy", "-> 0.1.1 ", "  deployed");
      Path failing = versions.version("replication", Map.of("Bundle-Activator", FailingActivator.class.getName()), FailingActivator.class);
      underLoad(broker, failing, "replication", put, "the folder deploy", "0.1.1 -> 0.1.2 ", "rolled back", "this version has a flaw");
      Path erroneous = versions.spoiled(SpoiledProduce.Erroneous.class);
      underLoad(broker, erroneous, "replication", put, "the folder deploy", "0.1.1 -> 0.1.3 ", "rolled back",
          "100 % of the responses to Produce have errors");
      assertThat(installed(broker, "replication")).contains("Active", "(0.1.1)");
      await(broker::output, "Took back what is in the folder: rolled back io.margay.replication 0.1.1 -> 0.1.3", "is not tried again until");
      broker.kill();
      broker.start();
      await(broker::log, "Not trying " + FOLDER.resolve(failing.getFileName()) + " again", "Not trying " + FOLDER.resolve(erroneous.getFileName()));
      assertThat(installed(broker, "replication")).as("what was deployed stays").contains("Active", "(0.1.1)");
      assertThat(history(broker, "replication")).hasSize(3);
    } finally {
      delete(put);
    }
  }
}
