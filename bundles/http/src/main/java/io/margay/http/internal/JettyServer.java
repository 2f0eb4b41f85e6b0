package io.margay.http.internal;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens listeners of the HTTP server of the container, Felix's Jetty. Jetty creates a separate server with its own whiteboard for each
 * factory configuration of {@value #PID}. So other HTTP services of this container are not affected, and the only servlet behind our
 * listeners is the one that requires the property {@value #MARK}.
 *
 * <p>Jetty is installed from a directory when a listener is configured, and uninstalled when there is none. It costs memory as soon
 * as it is installed. Without a configuration it listens on port 8080 of all interfaces when it is started, as Karaf does with all
 * bundles of a feature. If the container already has a Jetty, that one is used. Used by one thread at a time.
 */
final class JettyServer {
  /** The property of the whiteboard's runtime that distinguishes ours from others. */
  static final String MARK = "margay.http";
  private static final String PID = "org.apache.felix.http";
  private static final String JETTY = "org.apache.felix.http.jetty12";
  /** The directory of the bundles, below {@code margay.home} or, in Karaf, {@code karaf.base}. */
  private static final String DIRECTORY = "optional/http";
  private static final String REQUIRE_CONFIG = "org.apache.felix.http.require.config";
  private static final String PREFIX = "margay-";
  private static final int HEADER_BYTES = 8 * 1024;
  private static final int MAX_THREADS = 10;
  private static final int ACCEPT_QUEUE = 50;

  private static final Logger LOG = LoggerFactory.getLogger(JettyServer.class);

  private final BundleContext context;
  private final ConfigurationAdmin configurations;
  private final List<Configuration> ours = new ArrayList<>();
  private final List<Bundle> installed = new ArrayList<>();
  private Bundle started;

  JettyServer(BundleContext context, ConfigurationAdmin configurations) {
    this.context = context;
    this.configurations = configurations;
  }

  /**
   * Opens the listeners; the log says whether the ports were free.
   *
   * @param listeners the addresses, each of them once
   * @param idleMs milliseconds without a byte after which a connection is closed
   * @throws IOException when the configuration cannot be stored
   * @throws BundleException when there is no Jetty, or it cannot be started
   */
  void open(List<HttpListener> listeners, int idleMs) throws IOException, BundleException {
    Bundle jetty = jetty();
    for (HttpListener listener : listeners) {
      Configuration c = configurations.getFactoryConfiguration(PID, PREFIX + listener.port(), "?");
      c.update(properties(listener, idleMs));
      ours.add(c);
    }
    if (jetty.getState() != Bundle.ACTIVE) {
      // Otherwise it opens port 8080 of all interfaces before it reads any configuration.
      if (context.getProperty(REQUIRE_CONFIG) == null) {
        System.setProperty(REQUIRE_CONFIG, "true");
      }
      jetty.start(Bundle.START_TRANSIENT);
      started = jetty;
    }
  }

  private static Dictionary<String, Object> properties(HttpListener listener, int idleMs) {
    Dictionary<String, Object> p = new Hashtable<>();
    p.put("org.apache.felix.http.enable", true);
    p.put("org.apache.felix.https.enable", false);
    p.put("org.apache.felix.http.host", listener.host());
    p.put("org.osgi.service.http.port", listener.port());
    p.put("org.apache.felix.http.timeout", idleMs);
    p.put("org.apache.felix.http.jetty.headerBufferSize", HEADER_BYTES);
    p.put("org.apache.felix.http.jetty.threadpool.max", MAX_THREADS);
    p.put("org.apache.felix.http.jetty.acceptors", 1);
    p.put("org.apache.felix.http.jetty.selectors", 1);
    p.put("org.apache.felix.http.jetty.acceptQueueSize", ACCEPT_QUEUE);
    p.put("org.apache.felix.http.jetty.maxFormSize", 0);
    p.put("org.apache.felix.http.jetty.sendServerHeader", false);
    p.put("org.apache.felix.http.mbeans", false);
    p.put("org.apache.felix.http.name", "Margay");
    // becomes a property of the runtime's service
    p.put("org.apache.felix.http.runtime.init." + MARK, "true");
    return p;
  }

  private Bundle jetty() throws BundleException {
    Bundle jetty = find();
    if (jetty == null) {
      String home = context.getProperty("margay.home") == null ? context.getProperty("karaf.base")
          : context.getProperty("margay.home");
      File[] jars = home == null ? null : new File(home, DIRECTORY).listFiles((d, name) -> name.endsWith(".jar"));
      if (jars != null) {
        Arrays.sort(jars);
        for (File jar : jars) {
          installed.add(context.installBundle("reference:" + jar.toURI()));
        }
        jetty = find();
        for (Bundle library : installed) {
          if (library != jetty) {
            library.start(Bundle.START_TRANSIENT);
          }
        }
      }
    }
    if (jetty == null) {
      throw new BundleException("the bundle " + JETTY + " is neither installed nor in the directory " + DIRECTORY);
    }
    return jetty;
  }

  private Bundle find() {
    for (Bundle b : context.getBundles()) {
      if (JETTY.equals(b.getSymbolicName())) {
        return b;
      }
    }
    return null;
  }

  /** Closes the listeners. Failures are logged. */
  void close() {
    for (Configuration c : ours) {
      try {
        c.delete();
      } catch (IOException | IllegalStateException e) {
        LOG.warn("An HTTP listener may still be open pid={}", c.getPid(), e);
      }
    }
    ours.clear();
    if (started != null) {
      try {
        started.stop(Bundle.STOP_TRANSIENT);
      } catch (BundleException | IllegalStateException e) {
        LOG.warn("The HTTP server did not stop bundle={}", started, e);
      }
    }
    uninstall();
    started = null;
  }

  /** Jetty first: bundles that nothing uses any more are then removed at once. */
  private void uninstall() {
    installed.sort(Comparator.comparing(b -> b != started));
    for (Bundle bundle : installed) {
      try {
        bundle.uninstall();
      } catch (BundleException | IllegalStateException e) {
        LOG.warn("A bundle of the HTTP server was not uninstalled bundle={}", bundle, e);
      }
    }
    installed.clear();
  }
}
