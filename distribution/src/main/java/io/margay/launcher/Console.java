package io.margay.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

/**
 * The interactive shell on the terminal of a broker in the foreground.
 *
 * <p>JLine finds its terminal through the context class loader of the thread that starts it, and falls back to a dumb terminal if
 * that is the launcher's. So the console's bundles are started here, by a thread that has JLine's loader, and not by the start
 * level.
 */
final class Console {
  private static final String JLINE = "org.jline";
  private final BundleContext context;

  Console(Framework framework, Layout layout) {
    this.context = framework.getBundleContext();
    System.setProperty("gosh.home", layout.home().toString());
  }

  /** Installs and starts the bundles in the order given; problems are printed, the broker goes on without a console. */
  void start(SortedMap<Integer, List<Path>> levels) {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try {
      for (List<Path> jars : levels.values()) {
        for (Path jar : jars) {
          context.installBundle("reference:" + jar.toUri());
        }
      }
      for (Bundle bundle : context.getBundles()) {
        if (JLINE.equals(bundle.getSymbolicName())) {
          Thread.currentThread().setContextClassLoader(bundle.loadClass("org.jline.terminal.TerminalBuilder").getClassLoader());
        }
      }
      for (Bundle bundle : context.getBundles()) {
        if (bundle.getLocation().contains("/" + Broker.CONSOLE_LEVEL + "/")) {
          bundle.start(Bundle.START_TRANSIENT);
        }
      }
    } catch (BundleException | ClassNotFoundException e) {
      System.err.println("margay: no console: " + BundleInstaller.rootMessage(e));
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
