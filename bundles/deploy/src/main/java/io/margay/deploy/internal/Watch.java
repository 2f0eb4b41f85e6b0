package io.margay.deploy.internal;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;

/** Watches a new version for a while. */
final class Watch {
  private static final int LOOKS = 10;

  private final BundleContext system;
  private final NodeState before;
  private final List<Change> changes;
  private final Consumer<String> progress;

  Watch(BundleContext system, NodeState before, List<Change> changes, Limits limits, Consumer<String> progress) {
    this.system = system;
    this.before = before;
    this.changes = changes;
    this.progress = progress;
  }

  /** @return why it does worse, or null */
  String run(long watchMs) throws InterruptedException {
    progress.accept("Watching it for " + watchMs + " ms.");
    for (int i = 0; i < LOOKS; i++) {
      TimeUnit.MILLISECONDS.sleep(watchMs / LOOKS);
      List<String> missing = NodeState.read(system).missing(before, changes);
      if (!missing.isEmpty()) {
        return String.join("; ", missing);
      }
    }
    return null;
  }

  /** Responses with errors so far. */
  long errors() {
    return 0;
  }
}
