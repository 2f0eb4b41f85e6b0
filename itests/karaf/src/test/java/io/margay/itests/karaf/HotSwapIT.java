package io.margay.itests.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.control.ControlActivator;
import io.margay.itests.control.InsideLoad;
import io.margay.itests.control.LoaderWatch;
import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.Pulse;
import io.margay.itests.osgi.TestBundle;
import io.margay.itests.osgi.Traffic;
import io.margay.itests.swap.HotSwapReport;
import io.margay.itests.swap.Relay;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Parts are replaced in a stock Karaf while clients work, and the clients see nothing of it; how long they had to wait is measured and
 * reported, in {@code target/hot-swap}, and does not decide. The bundles are updated from inside, because Karaf's own client is a program whose start
 * would be measured, too.
 *
 * <p>System properties: {@code swaps}, how often each part is updated; {@code parts}, which, with commas between; {@code document}, a file that
 * gets the table of pauses.
 */
class HotSwapIT {
  private static final int TIMES = Integer.getInteger("swaps", 5);
  private static final String PARTS = System.getProperty("parts", "");
  private static final List<String> ALL = List.of("partitioners", "assignors", "storage-file", "log", "groups", "replication", "controller",
      "server", "config");
  private static final int RECORDS_BETWEEN = Traffic.RATE / 5;
  private static final HotSwapReport REPORT = new HotSwapReport("Karaf", TIMES, true);

  private static KarafBroker broker;
  private static Relay relay;
  private static Path control;
  private static int versions;

  @BeforeAll
  static void start() throws Exception {
    int port = KafkaRoundTrip.freePort();
    relay = new Relay(port);
    // A socket's path may be 107 bytes long; that of a build directory may be longer.
    control = Files.createTempDirectory("margay").resolve("control");
    broker = KarafBroker.started(port, relay.port(), control, "margay");
    Path commands = new TestBundle("itest-control").activator(ControlActivator.class)
        .classes(InsideLoad.class, LoaderWatch.class, Pulse.class)
        .header("Import-Package", "javax.management,org.osgi.framework,org.osgi.framework.wiring")
        .header("DynamicImport-Package", "io.margay.spi.producer,org.apache.felix.service.command")
        .write(control.resolveSibling("control.jar"));
    assertThat(broker.shell("bundle:install -s " + commands.toUri())).contains("Bundle ID");
  }

  @AfterAll
  static void stop() throws IOException {
    if (broker != null) {
      broker.close();
    }
    relay.close();
    REPORT.write(Path.of(System.getProperty("report.dir")));
    if (!System.getProperty("document", "").isEmpty()) {
      REPORT.writeInto(Path.of(System.getProperty("document")));
    }
  }

  static List<String> parts() {
    return ALL.stream().filter(part -> PARTS.isEmpty() || List.of(PARTS.split(",")).contains(part)).toList();
  }

  @ParameterizedTest
  @MethodSource("parts")
  void aPartIsUpdated(String part) throws Exception {
    HotSwapReport.Row row = REPORT.row(new HotSwapReport.Part(part, -1, null));
    String topic = part + "-updated";
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, Map.of());
    try (Traffic traffic = new Traffic(broker.bootstrap(), topic)) {
      traffic.awaitBalance();
      traffic.awaitProgress(RECORDS_BETWEEN);
      int connectionsEnded = relay.endedByBroker();
      for (int i = 0; i < TIMES; i++) {
        begin(traffic);
        traffic.awaitProgress(RECORDS_BETWEEN);
        row.baseline().add(traffic.produced().end(), traffic.consumed().end(), null);
      }
      for (int i = 0; i < TIMES; i++) {
        Path jar = next(part);
        begin(traffic);
        long began = System.nanoTime();
        assertThat(control("update io.margay." + part + " " + jar)).isEqualTo("done");
        row.update(System.nanoTime() - began);
        traffic.awaitProgress(RECORDS_BETWEEN);
        row.swaps().add(traffic.produced().end(), traffic.consumed().end(), null);
      }
      row.problems(traffic.problems().size());
      assertThat(traffic.problems()).isEmpty();
      assertThat(relay.endedByBroker()).isEqualTo(connectionsEnded);
      row.passed();
    }
    assertThat(control("version io.margay." + part)).isEqualTo("0.1." + versions);
  }

  private static void begin(Traffic traffic) {
    traffic.produced().begin();
    traffic.consumed().begin();
  }

  /** The next version of a part of the features. */
  private static Path next(String part) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(System.getProperty("margay.repo")).resolve("io/margay").resolve(part))) {
      Path jar = files.filter(file -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
      Path next = control.resolveSibling(part + ".jar");
      TestBundle.newVersion(jar, "0.1." + ++versions, next);
      return next;
    }
  }

  /** Sends a command to {@link ControlActivator}. @return its answer */
  private static String control(String command) throws IOException {
    try (SocketChannel c = SocketChannel.open(UnixDomainSocketAddress.of(control)); InputStream in = Channels.newInputStream(c)) {
      c.write(ByteBuffer.wrap(command.getBytes(StandardCharsets.UTF_8)));
      c.shutdownOutput();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
