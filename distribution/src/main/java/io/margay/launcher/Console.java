package io.margay.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * The interactive shell on the terminal of a broker in the foreground.
 *
 * <p>JLine finds its terminal through the context class loader of the thread that starts it, and falls back to a dumb terminal if
 * that is the launcher's. So the console's bundles are started here, by a thread with JLine's class loader, and not by the start
 * level.
 */
final class Console {
  private static final String JLINE = "org.jline";
  private final List<Bundle> bundles = new ArrayList<>();

  /** Installs the bundles, in the order given; they are not started when the framework reaches their level. */
  void install(BundleContext context, SortedMap<Integer, List<Path>> levels) throws BundleException {
    for (Map.Entry<Integer, List<Path>> level : levels.entrySet()) {
      for (Path jar : level.getValue()) {
        Bundle bundle = context.installBundle("reference:" + jar.toUri());
        bundle.adapt(BundleStartLevel.class).setStartLevel(level.getKey());
        bundles.add(bundle);
      }
    }
  }

  /** Starts them; the framework must have reached their level. */
  void start(Layout layout) throws BundleException, ClassNotFoundException {
    System.setProperty("gosh.home", layout.home().toString());
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try {
      for (Bundle bundle : bundles) {
        if (JLINE.equals(bundle.getSymbolicName())) {
          Thread.currentThread().setContextClassLoader(bundle.loadClass("org.jline.terminal.TerminalBuilder").getClassLoader());
        }
      }
      for (Bundle bundle : bundles) {
        bundle.start(Bundle.START_TRANSIENT);
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
