package io.margay.itests.felix;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.Traffic;
import io.margay.itests.swap.HotSwapReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Parts of a broker are replaced by new versions while clients work, and the clients see nothing of it: no call fails, what was
 * acknowledged is read once and in order, the group keeps its assignment, no connection is lost. How long clients had to wait is
 * measured and reported, in {@code target/hot-swap}, and does not decide: machines differ.
 *
 * <p>System properties: {@code swaps}, how often each part is updated; {@code parts}, which, with commas between;
 * {@code retries=0} for a producer that reports each error that the broker answers, to see which parts let one through: its
 * failures are reported, and do not decide; {@code document}, a file that gets the table of pauses; {@code traffic.rate}, records a second.
 */
class HotSwapIT {
  private static final int TIMES = Integer.getInteger("swaps", 20);
  private static final boolean RETRIES = Integer.getInteger("retries", 1) > 0;
  private static final String PARTS = System.getProperty("parts", "");
  private static final int TIMES_RESTARTED = 2;
  private static final int RECORDS_BETWEEN = Traffic.RATE / 5;

  private static final HotSwapReport REPORT = new HotSwapReport("Felix", TIMES, RETRIES);
  private static FelixBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = FelixBroker.started();
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
    REPORT.write(Path.of(System.getProperty("report.dir")));
    if (!System.getProperty("document", "").isEmpty()) {
      REPORT.writeInto(Path.of(System.getProperty("document")));
    }
  }

  static List<SwapPart> parts() {
    return Arrays.stream(SwapPart.values()).filter(p -> PARTS.isEmpty() || List.of(PARTS.split(",")).contains(p.bundle())).toList();
  }

  @ParameterizedTest
  @MethodSource("parts")
  void aPartIsUpdated(SwapPart part) throws Exception {
    HotSwapReport.Row row = REPORT.row(new HotSwapReport.Part(part.bundle(), part.targetMs(), part.use()));
    if (FelixBroker.jar(part.bundle()) == null) {
      row.absent();
      return;
    }
    String topic = part.bundle() + "-updated";
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, part.topicSettings());
    try (Traffic traffic = new Traffic(broker.bootstrap(), topic, RETRIES)) {
      traffic.awaitBalance();
      traffic.awaitProgress(RECORDS_BETWEEN);
      try (PartCaller caller = part.caller(broker, topic, traffic.group())) {
        int connectionsEnded = broker.connectionsEnded();
        for (int i = 0; i < TIMES; i++) {
          begin(traffic, caller);
          traffic.awaitProgress(RECORDS_BETWEEN);
          end(traffic, caller, row.baseline());
        }
        long retried = traffic.retried();
        for (int i = 0; i < TIMES; i++) {
          Path jar = broker.prepareUpdate(part.bundle());
          begin(traffic, caller);
          long began = System.nanoTime();
          broker.update(part.bundle(), jar);
          row.update(System.nanoTime() - began);
          traffic.awaitProgress(RECORDS_BETWEEN);
          end(traffic, caller, row.swaps());
        }
        row.retried(traffic.retried() - retried, traffic.failures());
        List<String> problems = new ArrayList<>(caller == null ? List.of() : caller.problems());
        problems.addAll(traffic.problems());
        row.problems(problems.size());
        assertThat(problems).isEmpty();
        assertThat(broker.connectionsEnded()).isEqualTo(connectionsEnded);
        row.passed();
      }
    }
    assertThat(broker.control("states")).isEmpty();
  }

  private static void begin(Traffic traffic, PartCaller caller) throws Exception {
    traffic.produced().begin();
    traffic.consumed().begin();
    if (caller != null) {
      caller.begin();
    }
  }

  private static void end(Traffic traffic, PartCaller caller, HotSwapReport.Stretches into) throws Exception {
    into.add(traffic.produced().end(), traffic.consumed().end(), caller == null ? null : caller.end());
  }

  /** The part is away for longer than in an update, by what it takes to send two commands. */
  @ParameterizedTest
  @EnumSource
  void aPartIsStoppedAndStarted(SwapPart part) throws Exception {
    if (FelixBroker.jar(part.bundle()) == null) {
      return;
    }
    String topic = part.bundle() + "-restarted";
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, part.topicSettings());
    try (Traffic traffic = new Traffic(broker.bootstrap(), topic);
        PartCaller caller = part.caller(broker, topic, traffic.group())) {
      traffic.awaitBalance();
      traffic.awaitProgress(RECORDS_BETWEEN);
      int connectionsEnded = broker.connectionsEnded();
      for (int i = 0; i < TIMES_RESTARTED; i++) {
        broker.run("stop io.margay." + part.bundle());
        broker.run("start io.margay." + part.bundle());
        traffic.awaitProgress(RECORDS_BETWEEN);
      }
      assertThat(caller == null ? List.of() : caller.problems()).isEmpty();
      assertThat(traffic.problems()).isEmpty();
      assertThat(broker.connectionsEnded()).isEqualTo(connectionsEnded);
    }
    assertThat(broker.control("states")).isEmpty();
  }
}
