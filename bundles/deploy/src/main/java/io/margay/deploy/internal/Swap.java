package io.margay.deploy.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Puts jars in the place of bundles: all are stopped, users before what they use, then all are replaced, then the framework wires once
 * if it must, and all are started in the other order. Whether a bundle is meant to run after a restart does not change.
 */
final class Swap {
  private static final long REFRESH_MS = 60_000;
  private static final Comparator<Bundle> START_ORDER = Comparator
      .<Bundle>comparingInt(b -> b.adapt(BundleStartLevel.class).getStartLevel()).thenComparing(Bundle::getBundleId);

  private final BundleContext system;

  /** @param system the context of the framework itself */
  Swap(BundleContext system) {
    this.system = system;
  }

  /**
   * Carries out a plan. When it fails, some bundles may be replaced and others not.
   *
   * @throws DeployException with what could not be done and why
   */
  void run(Plan plan) throws DeployException {
    List<Bundle> old = new ArrayList<>(plan.changes().stream().map(Change::bundle).filter(b -> b != null).toList());
    old.sort(START_ORDER.reversed());
    for (Bundle b : old) {
      attempt("stop", b, () -> b.stop(Bundle.STOP_TRANSIENT));
    }
    List<Bundle> start = new ArrayList<>();
    for (Change change : plan.changes()) {
      Bundle now = replace(change);
      if (now != null) {
        start.add(now);
      }
    }
    if (plan.refresh()) {
      refresh(old);
    }
    start.sort(START_ORDER);
    for (Bundle b : start) {
      boolean added = !old.contains(b);
      if (b.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
        attempt("start", b, () -> b.start(Bundle.START_ACTIVATION_POLICY | (added ? 0 : Bundle.START_TRANSIENT)));
      }
    }
  }

  private Bundle replace(Change change) throws DeployException {
    Bundle bundle = change.bundle();
    if (change.jar() == null) {
      attempt("uninstall", bundle, bundle::uninstall);
      return null;
    }
    try (InputStream in = Files.newInputStream(change.jar())) {
      if (bundle == null) {
        return system.installBundle("margay-deploy:" + change.name(), in);
      }
      bundle.update(in);
      return bundle;
    } catch (IOException | BundleException | IllegalStateException e) {
      throw new DeployException("cannot install " + change.name() + " " + change.to() + ": " + DeployException.reason(e));
    }
  }

  private interface Action {
    void run() throws BundleException;
  }

  private static void attempt(String verb, Bundle bundle, Action action) throws DeployException {
    try {
      action.run();
    } catch (BundleException | IllegalStateException e) {
      throw new DeployException("cannot " + verb + " " + bundle.getSymbolicName() + " " + bundle.getVersion() + ": "
          + DeployException.reason(e));
    }
  }

  /** One step for all: the framework stops what uses them, wires it again and starts it. */
  private void refresh(List<Bundle> bundles) throws DeployException {
    CountDownLatch done = new CountDownLatch(1);
    system.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class).refreshBundles(bundles, event -> {
      if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
        done.countDown();
      }
    });
    try {
      if (!done.await(REFRESH_MS, TimeUnit.MILLISECONDS)) {
        throw new DeployException("the framework did not refresh the bundles within " + REFRESH_MS + " ms");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeployException("interrupted while the framework refreshed bundles");
    }
  }
}
