package io.margay.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/**
 * Installs jars in place ({@code reference:}), without a copy in the framework's cache, and finds the bundles that did not
 * start. Problems are collected as messages for the user. Used by one thread at a time.
 */
final class BundleInstaller {
  private final BundleContext context;
  private final List<Bundle> installed = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  BundleInstaller(BundleContext context) {
    this.context = context;
  }

  /** Installs the jars and marks them to be started at the level; if the framework has reached it already, starts them. */
  void install(int startLevel, List<Path> jars) {
    // Set once for all bundles: otherwise each would be written to the cache a second time.
    context.getBundle(0).adapt(FrameworkStartLevel.class).setInitialBundleStartLevel(startLevel);
    List<Bundle> added = new ArrayList<>(jars.size());
    for (Path jar : jars) {
      try {
        added.add(context.installBundle("reference:" + jar.toUri()));
      } catch (BundleException e) {
        problems.add("cannot install " + jar + ": " + e.getMessage());
      }
    }
    // Only now: a bundle may need one that comes later in the list.
    for (Bundle bundle : added) {
      start(bundle);
    }
    installed.addAll(added);
  }

  private void start(Bundle bundle) {
    if (!isFragment(bundle)) {
      try {
        bundle.start(Bundle.START_ACTIVATION_POLICY);
      } catch (BundleException e) {
        problems.add("cannot start " + bundle + ": " + rootMessage(e));
      }
    }
  }

  /** The installed bundles, in order. */
  List<Bundle> installed() {
    return installed;
  }

  /** All problems so far, and each bundle that is not in its expected state. */
  List<String> problems() {
    List<String> all = new ArrayList<>(problems);
    for (Bundle bundle : installed) {
      int state = bundle.getState();
      boolean up = isFragment(bundle) ? state == Bundle.RESOLVED
          : state == Bundle.ACTIVE || (state == Bundle.STARTING && header(bundle, Constants.BUNDLE_ACTIVATIONPOLICY) != null);
      if (!up) {
        all.add("NOT ACTIVE: " + bundle + " is " + name(state));
      }
    }
    return all;
  }

  private static boolean isFragment(Bundle bundle) {
    return header(bundle, Constants.FRAGMENT_HOST) != null;
  }

  /** The raw header: no translation is looked up. */
  private static String header(Bundle bundle, String name) {
    return bundle.getHeaders("").get(name);
  }

  static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  private static String name(int state) {
    return switch (state) {
      case Bundle.UNINSTALLED -> "uninstalled";
      case Bundle.INSTALLED -> "installed, but not resolved";
      case Bundle.RESOLVED -> "resolved, but not started";
      case Bundle.STARTING -> "starting";
      case Bundle.STOPPING -> "stopping";
      default -> "in state " + state;
    };
  }
}
