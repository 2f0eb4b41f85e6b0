package io.margay.deploy.internal;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands {@code deploy}, {@code deploy:history} and {@code deploy:undo}. They need no part of the broker, only the data directory
 * once: a deployment that replaces the settings, the server, the shell, its console or this bundle itself runs to its end.
 */
@Component(service = {}, immediate = true)
public final class DeployComponent {
  private static final Logger LOG = LoggerFactory.getLogger(DeployComponent.class);

  /** One deployment at a time. */
  private final ReentrantLock running = new ReentrantLock();
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final BundleContext system;
  private final Counters counters;
  private final DeployFolder folder;
  private volatile Path directory;

  /** Registers the commands. */
  @Activate
  public DeployComponent(BundleContext context) {
    this.system = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext();
    this.counters = new Counters(system);
    counters.start();
    this.folder = new DeployFolder(system);
    folder.start();
    register(context, "margay", "deploy", "Replace bundles, watch them, and go back by itself when they do worse.", this::deploy);
    register(context, "deploy", "history", "List the deployments: who, what, when, pause, errors, outcome.", this::history);
    register(context, "deploy", "undo", "Put back what the last deployment replaced.", this::undo);
  }

  private interface Command {
    void run(CommandSession session, List<String> words, PrintStream out) throws Exception;
  }

  private void register(BundleContext context, String scope, String name, String description, Command command) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(CommandProcessor.COMMAND_SCOPE, scope);
    properties.put(CommandProcessor.COMMAND_FUNCTION, name);
    properties.put("osgi.command.description", description);
    Function function = (session, arguments) -> {
      List<String> words = arguments.stream().map(String::valueOf).toList();
      // Gogo directs these to the session, or to the next command of a pipe, for this thread
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      if (words.contains("--help") || words.contains("-h")) {
        out.print(Arguments.USAGE);
      } else {
        command.run(session, words, out);
      }
      return null;
    };
    registrations.add(context.registerService(Function.class, function, properties));
  }

  /** The type is one of the JDK, so that no contract is imported. */
  @Reference(target = "(margay.directory=data)", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
      unbind = "keep")
  void data(Path data) {
    boolean first = directory == null;
    directory = data.resolve("deploy");
    if (first && isInterrupted()) {
      Thread thread = new Thread(this::recover, "margay-deploy-recovery");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Whether the node went down in the middle of a deployment or of its checks. Each start asks, so this loads no class of a deployment. */
  private boolean isInterrupted() {
    return Files.exists(directory.resolve(History.RUNNING_FILE))
        || Stream.of(system.getBundles()).anyMatch(b -> b.getLocation().startsWith(Trial.NAME + ":"));
  }

  private void recover() {
    running.lock();
    try {
      new Deployment(system, directory, counters, Limits.DEFAULT, "", line -> { }).recover();
    } catch (IOException | RuntimeException e) {
      LOG.error("Cannot tell whether a deployment was interrupted directory={}", directory, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      running.unlock();
    }
  }

  /** The settings go away; they come back for the same directory. */
  void keep(Path data) { }

  private Path directory() throws DeployException {
    Path known = directory;
    if (known == null) {
      throw new DeployException("the data directory is not known yet, because the settings are not there; lb shows the state of the parts");
    }
    return known;
  }

  private void deploy(CommandSession session, List<String> words, PrintStream out) throws Exception {
    Arguments arguments = Arguments.parse(words);
    run(session, out, deployment -> deployment.deploy(arguments));
  }

  private void undo(CommandSession session, List<String> words, PrintStream out) throws Exception {
    if (!words.isEmpty()) {
      throw new DeployException("deploy:undo takes no arguments");
    }
    run(session, out, Deployment::undo);
  }

  private interface Step {
    void run(Deployment deployment) throws DeployException, IOException, InterruptedException;
  }

  private void run(CommandSession session, PrintStream out, Step step) throws Exception {
    Output output = new Output();
    Deployment deployment = new Deployment(system, directory(), counters, Limits.read(system), user(session), output::line);
    output.run(() -> {
      if (!running.tryLock()) {
        throw new DeployException("another deployment runs; wait until it has ended");
      }
      try {
        step.run(deployment);
      } finally {
        running.unlock();
      }
      return null;
    }, out);
  }

  /** Karaf's sessions know who logged in; the socket and the terminal belong to the user of the process. */
  private static String user(CommandSession session) {
    Object user = session.get("USER");
    return user == null ? System.getProperty("user.name") : user.toString();
  }

  private void history(CommandSession session, List<String> words, PrintStream out) throws Exception {
    List<Entry> entries = new History(directory()).entries();
    if (words.equals(List.of("--json"))) {
      out.println(Json.document(entries.stream().map(Entry::toMap).toList()));
      return;
    }
    if (!words.isEmpty()) {
      throw new DeployException("deploy:history knows only --json");
    }
    entries.forEach(e -> out.println(e.text()));
  }

  @Deactivate
  void close() {
    registrations.forEach(ServiceRegistration::unregister);
    counters.close();
    folder.close();
  }
}
