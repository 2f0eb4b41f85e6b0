package io.margay.itests.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that mean harm against listeners with TLS and logins, in one broker with half of the shipped heap: while they work, and afterwards, stock
 * clients are served with and without a login, and its memory stays bounded. {@code -Dhostile.full} as for {@link HostileIT}.
 */
class SecureHostileIT {
  private static final int CLIENT_MS = 10_000;
  private static final int RSS_MB = 400;
  private static final int ROW_SECONDS = Attack.size(60, 900);
  private static final HostileReport REPORT = new HostileReport("secure.txt");

  @TempDir private static Path directory;
  private static SecureListeners listeners;
  private static HostileBroker broker;

  @BeforeAll
  static void start() throws Exception {
    listeners = new SecureListeners(directory);
    broker = new HostileBroker("-Xmx128m", listeners.settings());
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
    REPORT.write();
  }

  @TestFactory
  Stream<DynamicTest> rows() {
    String rows = System.getProperty("rows", "");
    List<String> chosen = List.of(rows.split("[ ,]+"));
    return new SecureAttacks(listeners).all().stream().filter(a -> rows.isEmpty() || chosen.contains(a.row()))
        .map(a -> DynamicTest.dynamicTest(a.toString(), () -> run(a)));
  }

  private static void run(Attack attack) throws Exception {
    FutureTask<String> task = new FutureTask<>(() -> attack.body().attack(broker));
    Thread thread = new Thread(task, "attack " + attack.row());
    thread.setDaemon(true);
    thread.start();
    String answer = task.get(ROW_SECONDS, TimeUnit.SECONDS);
    HostileBroker.Outcome outcome = broker.finish();
    boolean unharmed = outcome.peakMb() < RSS_MB && outcome.maxMs() <= CLIENT_MS;
    REPORT.add(attack, "128m", answer, outcome, unharmed ? "passed" : "FAILED");
    assertThat(unharmed).as("%s: slowest turn of a stock client %d ms, peak of the memory %d MB", attack, outcome.maxMs(), outcome.peakMb()).isTrue();
  }
}
