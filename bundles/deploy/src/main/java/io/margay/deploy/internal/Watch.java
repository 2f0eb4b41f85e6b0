package io.margay.deploy.internal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;

/**
 * Watches a new version: all that worked before works, and the server does not do worse than in the minute before. Begins before the
 * change, on the thread of the deployment.
 */
final class Watch {
  private static final int LOOKS = 10;
  /** This part of the time is for what waited during the change, and for code that runs for the first time. */
  private static final int SETTLE = 5;

  private final BundleContext system;
  private final Counters counters;
  private final NodeState state;
  private final Map<String, Long> begin;
  private final Traffic before;
  private final double beforeSeconds;
  private Map<String, Long> end;

  /** Takes down how the node is now. */
  Watch(BundleContext system, Counters counters) {
    this.system = system;
    this.counters = counters;
    this.state = NodeState.read(system);
    Counters.Sample oldest = counters.oldest();
    this.begin = counters.read();
    this.end = begin;
    this.before = Traffic.between(oldest.values(), begin);
    this.beforeSeconds = Math.max(1, (System.nanoTime() - oldest.nanos()) / 1e9);
  }

  /** How the node was. */
  NodeState state() {
    return state;
  }

  /**
   * Watches.
   *
   * @param changes what was changed
   * @param watchMs for how long, in milliseconds; 0 for not at all
   * @param progress gets lines
   * @param enough whether to end before, and leave the new version in place
   * @return why the new version does worse, or null
   */
  String run(List<Change> changes, long watchMs, Consumer<String> progress, BooleanSupplier enough) throws InterruptedException {
    if (watchMs == 0) {
      return null;
    }
    progress.accept("Watching for " + watchMs + " ms: components, errors, requests that wait, p99 against the "
        + Math.round(beforeSeconds) + " s before.");
    TimeUnit.MILLISECONDS.sleep(watchMs / SETTLE);
    long beganNanos = System.nanoTime();
    Judge judge = new Judge(before, beforeSeconds, counters.read());
    Machine machine = new Machine();
    long lookMs = Math.max(1, (watchMs - watchMs / SETTLE) / LOOKS);
    for (int i = 0; i < LOOKS && !enough.getAsBoolean(); i++) {
      TimeUnit.MILLISECONDS.sleep(lookMs);
      List<String> missing = NodeState.read(system).missing(state, changes);
      if (!missing.isEmpty()) {
        return String.join("; ", missing);
      }
      end = counters.read();
      String worse = judge.look(end, (System.nanoTime() - beganNanos) / 1e9, machine.othersShare());
      if (worse != null) {
        return worse;
      }
    }
    return judge.end();
  }

  /** Responses with errors from the beginning to the last look. */
  long errors() {
    return Traffic.between(begin, end).errors();
  }
}
