package io.margay.itests.felix;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.control.LeakingActivator;
import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.TestBundle;
import io.margay.itests.osgi.Traffic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However often a part is updated while clients work, nothing of the versions before it stays: no class loader, no class.
 *
 * <p>System properties: {@code updates}, how often each part is updated; {@code parts}, which, as of {@link HotSwapIT}.
 */
class LeakIT {
  private static final int TIMES = Integer.getInteger("updates", 34);
  /**
   * Until then classes of others are loaded that are used for the first time, and the JVM makes a class for each method that reflection
   * has called 15 times, as it calls those that take services.
   */
  private static final int TIMES_BEFORE = 20;
  private static final int RECORDS_BETWEEN = 15;
  private static final long MIB = 1024 * 1024;

  private static FelixBroker broker;

  /** What is loaded. */
  private record Loaded(int loadersHeld, int classes, long metaspaceBytes) {
    static Loaded parse(String text) {
      String[] values = text.split(" ");
      return new Loaded(Integer.parseInt(values[0]), Integer.parseInt(values[1]), Long.parseLong(values[2]));
    }
  }

  @BeforeAll
  static void start() throws Exception {
    broker = FelixBroker.started();
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  static List<SwapPart> parts() {
    return HotSwapIT.parts();
  }

  @ParameterizedTest
  @MethodSource("parts")
  void nothingOfAnUpdatedPartStays(SwapPart part) throws Exception {
    if (FelixBroker.jar(part.bundle()) == null) {
      return;
    }
    String topic = part.bundle() + "-updated";
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, part.topicSettings());
    try (Traffic traffic = new Traffic(broker.bootstrap(), topic);
        PartCaller caller = part.caller(broker, topic, traffic.group())) {
      traffic.awaitBalance();
      update(part, TIMES_BEFORE, traffic);
      Loaded before = loaded("loaders-held", part);
      update(part, TIMES, traffic);
      assertThat(caller == null ? List.of() : caller.problems()).isEmpty();
      assertThat(traffic.problems()).isEmpty();
      // Only now: while there is load, what is under way may hold the version before.
      Loaded after = loaded("loaders", part);
      System.out.printf("%d updates of %s: loadersHeld=%d -> %d classes=%d -> %d metaspace=%.2f -> %.2f MiB%n", TIMES,
          part.bundle(), before.loadersHeld, after.loadersHeld, before.classes, after.classes,
          (double) before.metaspaceBytes / MIB, (double) after.metaspaceBytes / MIB);
      if (after.loadersHeld > 0) {
        broker.run("dump " + broker.home().resolve(part.bundle() + ".hprof"));
      }
      assertThat(after.loadersHeld).as("class loaders held; the heap is in %s", broker.home()).isZero();
      // Less than a class, and than 40 KiB, for each update: others load some lately, such as for what happens rarely.
      assertThat(after.classes).isLessThan(before.classes + TIMES + part.classesOfOthers());
      assertThat(after.metaspaceBytes).isLessThan(before.metaspaceBytes + 2 * MIB);
    }
  }

  private static Loaded loaded(String command, SwapPart part) throws IOException {
    return Loaded.parse(broker.control(command + " io.margay." + part.bundle()));
  }

  private static void update(SwapPart part, int times, Traffic traffic) throws IOException {
    for (int i = 0; i < times; i++) {
      broker.update(part.bundle());
      traffic.awaitProgress(RECORDS_BETWEEN);
    }
  }

  /** The check sees a leak when there is one. */
  @Test
  void aBundleThatLeaksIsFound() throws Exception {
    Path jar = new TestBundle("itest-leak").activator(LeakingActivator.class).header("Import-Package", "org.osgi.framework")
        .write(broker.home().resolve("leak.jar"));
    broker.run("install " + jar);
    Loaded before = Loaded.parse(broker.control("loaders-held itest-leak"));
    for (int i = 0; i < TIMES_BEFORE; i++) {
      broker.run("update itest-leak " + jar);
    }
    Loaded after = Loaded.parse(broker.control("loaders-held itest-leak"));
    assertThat(after.loadersHeld).isEqualTo(TIMES_BEFORE);
    assertThat(after.classes).isGreaterThanOrEqualTo(before.classes + TIMES_BEFORE);
    broker.run("uninstall itest-leak");
  }
}
