package io.margay.itests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import io.margay.itests.Run;
import io.margay.itests.osgi.Traffic;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Measures how often the judge of deployments is wrong on a machine that is busy with other programs: whether it takes back what is as good as before,
 * and whether it keeps what is worse. Run by {@code .ci/judge}, which prints the counts; what is asserted is only what clients see.
 */
@EnabledIfSystemProperty(named = "judge.times", matches = "\\d+")
class JudgeIT {
  private static final int TIMES = Integer.getInteger("judge.times", 0);
  private static final int BUSY = Integer.getInteger("judge.busy", 2 * Runtime.getRuntime().availableProcessors());
  /** A second and a half of the minute that a version is compared with. */
  private static final int RECORDS_BEFORE = 2 * Traffic.RATE;

  private static Run deploy(Broker broker, Path jar) {
    return Run.of(Map.of("MARGAY_DATA", broker.data().toString()), null, Broker.HOME.resolve("bin/margay").toString(), "deploy", jar.toString());
  }

  /** Programs that want all processors, for as long as this is open. */
  private static final class Noise implements AutoCloseable {
    private final AtomicBoolean ended = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    Noise() {
      for (int i = 0; i < BUSY; i++) {
        Thread thread = new Thread(() -> {
          long sum = 0;
          while (!ended.get()) {
            sum += System.nanoTime() % 7;
          }
          assertThat(sum).isNotNegative();
        }, "noise");
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
      }
    }

    @Override
    public void close() {
      ended.set(true);
    }
  }

  private static void count(String what, List<Path> jars, boolean good) throws Exception {
    List<String> wrong = new ArrayList<>();
    try (Broker broker = Broker.started()) {
      broker.shell("topic:create judged -p " + Traffic.PARTITIONS).ok();
      try (Traffic traffic = new Traffic(broker.bootstrap(), "judged"); Noise noise = new Noise()) {
        traffic.awaitBalance();
        for (Path jar : jars) {
          traffic.awaitProgress(RECORDS_BEFORE);
          Run run = deploy(broker, jar);
          if (run.exit() != (good ? 0 : 1)) {
            wrong.add(run.output());
          }
        }
        assertThat(traffic.problems()).isEmpty();
      }
    }
    String text = String.format(Locale.ROOT, "%s: %d of %d judged wrongly, load %.1f, %d busy threads%n%s%n", what, wrong.size(), jars.size(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(), BUSY, String.join("\n", wrong));
    System.out.print(text);
    Files.writeString(Path.of(System.getProperty("work.dir")).resolve("judge-" + what.replace(' ', '-') + ".txt"), text);
  }

  private static NewVersions versions() throws IOException {
    return new NewVersions(Files.createTempDirectory(Files.createDirectories(Path.of(System.getProperty("work.dir"))), "judge"));
  }

  @Test
  void whatIsAsGoodAsBefore() throws Exception {
    NewVersions versions = versions();
    List<Path> jars = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      jars.add(versions.version("replication", Map.of()));
    }
    count("good", jars, true);
  }

  @Test
  void whatMakesClientsWait() throws Exception {
    NewVersions versions = versions();
    List<Path> jars = new ArrayList<>();
    for (int i = 0; i < (TIMES + 2) / 3; i++) {
      jars.add(versions.spoiled(SpoiledProduce.Slow.class));
    }
    count("slow", jars, false);
  }

  @Test
  void whatAnswersErrors() throws Exception {
    NewVersions versions = versions();
    List<Path> jars = new ArrayList<>();
    for (int i = 0; i < (TIMES + 2) / 3; i++) {
      jars.add(versions.spoiled(SpoiledProduce.Erroneous.class));
    }
    count("erroneous", jars, false);
  }
}
