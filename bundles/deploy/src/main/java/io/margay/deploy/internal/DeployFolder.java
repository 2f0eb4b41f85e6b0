package io.margay.deploy.internal;

import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at folders of bundles. What is in the folder of this node ({@value #PROPERTY}) is deployed. In the folders of containers, Felix File
 * Install installs bundles and is silent about a jar that is cut off; of those, a warning has the reason why one does not work, and a line in the log
 * names each that does.
 */
final class DeployFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeployFolder.class);
  /** The framework property that names the folder of this node; the launcher of the distribution sets it. */
  static final String PROPERTY = "margay.deploy.folder";
  private static final long LOOK_MS = 2_000;
  private static final long LOOK_AT_OWN_MS = 500;

  /** Deploys what is in the folder of this node. */
  interface Deployer {
    /**
     * Returns when that has ended, or when this thread is interrupted.
     *
     * @param written files that are new or were written again
     */
    void handle(File folder, List<File> written) throws Exception;
  }

  private final BundleContext system;
  private final FolderWatch own;
  private final List<FolderWatch> folders = new ArrayList<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
    Thread thread = new Thread(task, "margay-deploy-folder");
    thread.setDaemon(true);
    return thread;
  });

  /** @param system the context of the framework itself */
  DeployFolder(BundleContext system) {
    this.system = system;
    String home = System.getProperty("margay.home");
    String karaf = System.getProperty("karaf.base");
    String managed = system.getProperty(PROPERTY);
    this.own = managed == null ? null : new FolderWatch(new File(managed).getAbsoluteFile());
    Set<File> all = new LinkedHashSet<>();
    Stream.of(home == null ? null : home + "/deploy", karaf == null ? null : karaf + "/deploy", system.getProperty("felix.fileinstall.dir"))
        .filter(folder -> folder != null).map(folder -> new File(folder).getAbsoluteFile()).filter(File::isDirectory).forEach(all::add);
    all.stream().filter(folder -> own == null || !folder.equals(own.folder())).forEach(folder -> folders.add(new FolderWatch(folder)));
  }

  /** Begins to look at the folder of this node, if there is one. @param deployer for what is in it */
  void start(Deployer deployer) {
    if (own != null) {
      timer.scheduleWithFixedDelay(() -> deploy(deployer), LOOK_AT_OWN_MS, LOOK_AT_OWN_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void deploy(Deployer deployer) {
    List<File> written = new ArrayList<>();
    own.look(written::add);
    try {
      deployer.handle(own.folder(), written);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception | LinkageError e) {
      LOG.error("Cannot deploy what is in the folder folder={} files={}", own.folder(), written, e);
    }
  }

  /** Begins to look at the folders of containers. */
  void start() {
    if (!folders.isEmpty()) {
      timer.scheduleWithFixedDelay(() -> folders.forEach(f -> f.look(this::tell)), LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void tell(File jar) {
    try {
      BundleFile file = BundleFile.read(jar.toPath());
      String problem = problem(file, jar);
      if (problem == null) {
        LOG.info("A bundle of the folder works bundle={} version={} file={}", file.name(), file.version(), jar);
      } else {
        LOG.warn("The bundle {} {} in {} does not work: {}", file.name(), file.version(), jar, problem);
      }
    } catch (DeployException e) {
      LOG.warn("Cannot install what is in the folder: {}", e.getMessage());
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("Cannot tell whether a bundle works file={}", jar, e);
    }
  }

  private String problem(BundleFile file, File jar) {
    Bundle bundle = null;
    for (Bundle b : system.getBundles()) {
      if (b.getLocation().equals(jar.toURI().toString()) || file.name().equals(b.getSymbolicName()) && file.version().equals(b.getVersion())) {
        bundle = b;
      }
    }
    if (bundle == null) {
      return "File Install has not installed it; lb shows what is installed, and the log may say why";
    }
    boolean up = bundle.getState() == Bundle.ACTIVE || file.isFragment() && bundle.getState() == Bundle.RESOLVED
        || bundle.getState() == Bundle.STARTING && file.header(Constants.BUNDLE_ACTIVATIONPOLICY) != null;
    if (!up) {
      try {
        // the framework gives the reason only to the caller of start
        bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
      } catch (BundleException e) {
        return DeployException.reason(e);
      }
    }
    NodeState state = NodeState.read(system);
    List<String> problems = new ArrayList<>();
    state.failed().forEach((component, why) -> add(problems, file, component, "failed: " + why));
    state.waiting().forEach((component, what) -> add(problems, file, component, "waits for " + what));
    return problems.isEmpty() ? null : String.join("; ", problems);
  }

  private static void add(List<String> problems, BundleFile file, String component, String what) {
    if (component.startsWith(file.name() + "/")) {
      problems.add(component.substring(file.name().length() + 1) + " " + what);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
