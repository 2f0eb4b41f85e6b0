package io.margay.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * One run of the broker in this process: the framework with its bundles, from the main thread's {@link #run} to the shutdown hook.
 *
 * <p>The bundles that the first response needs are installed and started first, up to {@link #SERVING_LEVEL}. The rest follows on
 * another thread when the server is ready. The server reports that through a service of type {@code Consumer<String>} with the
 * property {@code margay.launcher=ready}; a part that cannot continue calls {@code margay.launcher=fatal}. Both return at once.
 */
final class Broker {
  /** The last start level that the first answer needs. */
  static final int SERVING_LEVEL = 40;
  /** Bundles from this level on are installed only for a broker with a console. */
  static final int CONSOLE_LEVEL = 80;
  /** The framework property with the jars that are installed once the server serves. */
  private static final String LATER_BUNDLES = "margay.bundles.later";
  private static final long READY_TIMEOUT_MS = 10_000;
  private static final long LEVEL_CHECK_MS = 500;

  private final Layout layout;
  private final boolean console;
  private final long startMs;
  private final CountDownLatch ready = new CountDownLatch(1);
  /** The address that the server serves; null until it is ready. */
  private volatile String address;

  Broker(Layout layout, boolean console, long startMs) {
    this.layout = layout;
    this.console = console;
    this.startMs = startMs;
  }

  /** Runs until the framework stops, and returns the exit code. A framework that still runs then is stopped by the shutdown hook. */
  int run() throws IOException, BundleException, InterruptedException {
    JdkWarmup.start();
    SortedMap<Integer, List<Path>> levels = BundleDirectory.scan(layout.bundles());
    QuorumBundles.add(layout, System.getenv(), levels);
    DeployedBundles.apply(layout.deployed(), levels);
    if (Boolean.getBoolean("margay.train")) {
      Training.bound();
    }
    InstanceLock lock = InstanceLock.acquire(layout.pidFile());
    Framework framework = new FrameworkFactory().newFramework(configuration(levels.tailMap(SERVING_LEVEL + 1)));
    Shutdown.install(framework, lock);
    framework.init();
    BundleContext context = framework.getBundleContext();
    register(context, "ready", this::onReady);
    register(context, "fatal", this::onFatal);
    BundleInstaller installer = new BundleInstaller(context);
    installAndStart(framework, installer, levels.headMap(SERVING_LEVEL + 1));
    // If the framework was already asked to stop, bundles that are not active are no problem.
    if (framework.getState() == Bundle.ACTIVE && report(installer.problems())) {
      return 1;
    }
    Thread later = new Thread(() -> startTheRest(framework, levels.tailMap(SERVING_LEVEL + 1)), "margay-later");
    later.setDaemon(true);
    later.start();
    FrameworkEvent event = framework.waitForStop(0);
    if (event.getType() == FrameworkEvent.ERROR) {
      System.err.println("margay: framework: " + event.getThrowable());
      return 1;
    }
    return 0;
  }

  /**
   * Installs everything that serving needs, and starts it. Logging and Declarative Services, the first level, start on the
   * framework's own thread while the rest is installed on this one: both take about as long.
   *
   * <p>Bundles are resolved on this thread, while no other one starts or loads anything. A thread that starts a bundle holds its lock;
   * if it then has to resolve it while another thread resolves something too, Felix may refuse with "Unable to acquire global lock
   * for resolve" in order not to deadlock, and the bundle does not start.
   */
  private static void installAndStart(Framework framework, BundleInstaller installer, SortedMap<Integer, List<Path>> levels)
      throws BundleException, InterruptedException {
    int first = levels.firstKey();
    installer.install(first, levels.get(first));
    framework.start();
    FrameworkWiring wiring = framework.adapt(FrameworkWiring.class);
    wiring.resolveBundles(installer.installed());
    CountDownLatch firstReached = requestLevel(framework, first);
    levels.tailMap(first + 1).forEach(installer::install);
    await(firstReached, framework);
    // What does not resolve is reported with the other problems.
    wiring.resolveBundles(installer.installed());
    CountDownLatch reached = requestLevel(framework, SERVING_LEVEL);
    Preparation.run(installer.installed());
    await(reached, framework);
  }

  /** @param later what is installed once the server serves; the bundle config reads which settings it defines */
  private Map<String, Object> configuration(SortedMap<Integer, List<Path>> later) throws IOException {
    for (Map.Entry<String, String> property : Settings.load(layout.etc("system.properties"), layout).entrySet()) {
      if (System.getProperty(property.getKey()) == null) {
        System.setProperty(property.getKey(), property.getValue());
      }
    }
    System.setProperty("java.util.logging.manager", BrokerLogManager.class.getName());
    System.setProperty("margay.start.millis", Long.toString(startMs));
    Map<String, Object> configuration = new HashMap<>(Settings.load(layout.etc("framework.properties"), layout));
    configuration.putIfAbsent(Constants.FRAMEWORK_STORAGE, layout.cache().toString());
    configuration.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
    // Nothing is installed when the framework starts, see installAndStart.
    configuration.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, "1");
    StringJoiner jars = new StringJoiner(File.pathSeparator);
    for (List<Path> level : later.values()) {
      for (Path jar : level) {
        jars.add(jar.toString());
      }
    }
    configuration.put(LATER_BUNDLES, jars.toString());
    configuration.put(DeployedBundles.PROPERTY, layout.deployed().toString());
    configuration.put(DeployedBundles.FOLDER_PROPERTY, layout.deployFolder().toString());
    configuration.put("felix.log.logger", new FrameworkLogger());
    return configuration;
  }

  private static void register(BundleContext context, String name, Consumer<String> consumer) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("margay.launcher", name);
    context.registerService(Consumer.class, consumer, properties);
  }

  /** Prints the line that scripts wait for, once: a replaced server reports again that it is ready. */
  private synchronized void onReady(String message) {
    if (address == null) {
      address = message;
      System.out.println("Margay ready on " + message + " in " + (System.currentTimeMillis() - startMs) + " ms");
      ready.countDown();
    }
  }

  private void onFatal(String message) {
    System.err.println("margay: " + message);
    // The caller may be a bundle that is being started: it must return before the framework can stop.
    exitLater(1);
  }

  private static void exitLater(int code) {
    new Thread(() -> System.exit(code), "margay-exit").start();
  }

  private void startTheRest(Framework framework, SortedMap<Integer, List<Path>> levels) {
    try {
      if (!ready.await(READY_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        System.err.println("margay: not ready after " + READY_TIMEOUT_MS + " ms");
        for (String component : Diagnosis.unsatisfied(framework.getBundleContext())) {
          System.err.println("margay:   " + component);
        }
      }
      boolean training = Boolean.getBoolean("margay.train");
      if (training) {
        Training.exercise(address);
      }
      startShell(framework, levels);
      if (training) {
        Training.linkClasses(framework.getBundleContext());
        exitLater(0);
      } else if ("missing".equals(System.getProperty("margay.archive"))) {
        Training.startLater(layout);
      }
    } catch (InterruptedException | IllegalStateException e) {
      // The framework is stopping, which invalidates its context: there is nothing more to start.
      Thread.currentThread().interrupt();
    }
  }

  /** Failures here are reported, and the broker continues: its clients do not need these bundles. */
  private void startShell(Framework framework, SortedMap<Integer, List<Path>> levels) throws InterruptedException {
    BundleInstaller installer = new BundleInstaller(framework.getBundleContext());
    levels.headMap(CONSOLE_LEVEL).forEach(installer::install);
    reachLevel(framework, CONSOLE_LEVEL - 1);
    report(installer.problems());
    // for what the user installs while the broker runs
    framework.adapt(FrameworkStartLevel.class).setInitialBundleStartLevel(SERVING_LEVEL);
    if (console) {
      try {
        Console terminal = new Console();
        terminal.install(framework.getBundleContext(), levels.tailMap(CONSOLE_LEVEL));
        reachLevel(framework, CONSOLE_LEVEL);
        terminal.start(layout);
      } catch (BundleException | ClassNotFoundException e) {
        System.err.println("margay: no console: " + BundleInstaller.rootMessage(e));
      }
    }
  }

  private static void reachLevel(Framework framework, int level) throws InterruptedException {
    await(requestLevel(framework, level), framework);
  }

  private static CountDownLatch requestLevel(Framework framework, int level) {
    CountDownLatch reached = new CountDownLatch(1);
    framework.adapt(FrameworkStartLevel.class).setStartLevel(level, event -> reached.countDown());
    return reached;
  }

  /** Returns when the framework has reached the level, or was asked to stop and never will. */
  private static void await(CountDownLatch reached, Framework framework) throws InterruptedException {
    while (!reached.await(LEVEL_CHECK_MS, TimeUnit.MILLISECONDS) && framework.getState() == Bundle.ACTIVE) {
      // starting a bundle may take long
    }
  }

  /** Prints the problems; true if there are any. */
  private static boolean report(List<String> problems) {
    for (String problem : problems) {
      System.err.println("margay: " + problem);
    }
    return !problems.isEmpty();
  }
}
