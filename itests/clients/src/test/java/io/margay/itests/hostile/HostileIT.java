package io.margay.itests.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Clients that mean harm against the distribution as it is shipped, nobody logged in. While each of them works, and after it, a
 * stock client writes and reads records of 2 MB within 5 s, the process is the same one, and its memory stays below 400 MB. With
 * half of the heap the process lives, too, serves afterwards, and takes no more memory; in the short form, for some of them.
 *
 * <p>{@code -Drows=b,c} runs some of them, {@code -Dheaps=shipped} or {@code 128m} with one heap, {@code -Dhostile.full} with the
 * sizes that hurt.
 */
class HostileIT {
  private static final int CLIENT_MS = 5_000;
  private static final int RSS_MB = 400;
  private static final int ROW_SECONDS = Attack.size(60, 600);
  private static final String SHIPPED = "shipped";
  private static final String SMALL = "128m";
  private static final HostileReport REPORT = new HostileReport();

  @AfterAll
  static void report() throws IOException {
    REPORT.write();
  }

  private static Set<String> chosen(String property) {
    String value = System.getProperty(property, "");
    return value.isEmpty() ? Set.of() : Set.of(value.split("[ ,]+"));
  }

  @TestFactory
  Stream<DynamicTest> rows() {
    Set<String> heaps = chosen("heaps");
    List<DynamicTest> tests = new ArrayList<>();
    for (String heap : List.of(SHIPPED, SMALL)) {
      if (heaps.isEmpty() || heaps.contains(heap)) {
        for (List<Attack> family : Attacks.families()) {
          List<Attack> attacks = family.stream().filter(a -> runs(a, heap)).toList();
          Shared shared = new Shared(heap, attacks.stream().filter(a -> !a.alone()).toList());
          attacks.forEach(a -> tests.add(DynamicTest.dynamicTest(a + " [" + heap + "]", () -> run(a, heap, shared))));
        }
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static boolean runs(Attack attack, String heap) {
    Set<String> rows = chosen("rows");
    if (!rows.isEmpty()) {
      return rows.contains(attack.row());
    }
    // In the short form, the small heap is for those who are after what one request takes.
    return heap.equals(SHIPPED) || Attack.FULL || "efgk".indexOf(attack.row().charAt(0)) >= 0;
  }

  private static HostileBroker start(String heap, Map<String, String> settings) throws Exception {
    return new HostileBroker(heap.equals(SHIPPED) ? null : "-Xmx" + heap, settings);
  }

  /** The broker of a family of attacks: started for the first of them, and again after one that failed. */
  private static final class Shared {
    private final String heap;
    private final List<Attack> attacks;
    private HostileBroker broker;

    Shared(String heap, List<Attack> attacks) {
      this.heap = heap;
      this.attacks = attacks;
    }

    HostileBroker broker() throws Exception {
      if (broker == null) {
        broker = start(heap, Map.of());
      }
      return broker;
    }

    void ended(Attack attack, boolean passed) {
      if (broker != null && (!passed || attack == attacks.get(attacks.size() - 1))) {
        broker.close();
        broker = null;
      }
    }
  }

  private static void run(Attack attack, String heap, Shared shared) throws Exception {
    if (attack.alone()) {
      try (HostileBroker broker = start(heap, attack.settings())) {
        run(attack, heap, broker);
      }
      return;
    }
    boolean passed = false;
    try {
      run(attack, heap, shared.broker());
      passed = true;
    } finally {
      shared.ended(attack, passed);
    }
  }

  private static void run(Attack attack, String heap, HostileBroker broker) throws Exception {
    HostileBroker.Outcome outcome;
    String answer = "-";
    try {
      answer = bounded(attack, broker);
      outcome = broker.finish();
    } catch (Exception | AssertionError e) {
      String why = broker.diesSoon() ? "the process died" : e.toString();
      REPORT.add(attack, heap, answer, new HostileBroker.Outcome(-1, broker.peakMbOrZero()), "FAILED: " + why);
      throw e;
    }
    boolean unharmed = outcome.peakMb() < RSS_MB && (!heap.equals(SHIPPED) || outcome.maxMs() <= CLIENT_MS);
    REPORT.add(attack, heap, answer, outcome, unharmed ? "passed" : "FAILED");
    assertThat(unharmed).as("%s: slowest turn of a stock client %d ms, peak of the memory %d MB", attack, outcome.maxMs(),
        outcome.peakMb()).isTrue();
  }

  private static String bounded(Attack attack, HostileBroker broker) throws Exception {
    FutureTask<String> task = new FutureTask<>(() -> attack.body().attack(broker));
    Thread thread = new Thread(task, "attack " + attack.row());
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(ROW_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      broker.checkAlive();
      throw new AssertionError("the attack did not end in " + ROW_SECONDS + " s", e);
    } catch (ExecutionException e) {
      broker.checkAlive();
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    }
  }
}
