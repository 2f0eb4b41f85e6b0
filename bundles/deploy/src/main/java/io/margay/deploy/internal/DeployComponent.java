package io.margay.deploy.internal;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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

  /** One deployment at a time, also while one replaces this bundle. */
  private final ReentrantLock running;
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final BundleContext system;
  private final Counters counters;
  private final DeployFolder folder;
  /** Files of the folder that this instance has looked at. */
  private final Set<String> looked = new HashSet<>();
  private volatile Path directory;

  /** Registers the commands. */
  @Activate
  public DeployComponent(BundleContext context) {
    this.system = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext();
    this.running = lock(system);
    this.counters = new Counters(system);
    counters.start();
    this.folder = new DeployFolder(system);
    folder.start();
    register(context, "margay:deploy", Arguments.USAGE, new String[] {"--dry-run", "--help", "--watch"}, this::deploy);
    register(context, "deploy:history", Arguments.HISTORY_USAGE, new String[] {"--help", "--json"}, this::history);
    register(context, "deploy:undo", Arguments.UNDO_USAGE, new String[] {"--help"}, this::undo);
    // What is deployed is recorded by a part that this bundle has no type in common with.
    Supplier<List<Map<String, Object>>> entries = this::entries;
    registrations.add(context.registerService(Supplier.class, entries, new Hashtable<>(Map.of("margay.deployments", "history"))));
  }

  /** A service of the framework, which outlives this bundle: a deployment that replaces it has not ended when the next version begins. */
  private static synchronized ReentrantLock lock(BundleContext system) {
    String filter = "(margay.deploy=lock)";
    ReentrantLock known = Services.call(system, ReentrantLock.class, filter, lock -> lock, null);
    if (known != null) {
      return known;
    }
    ReentrantLock lock = new ReentrantLock();
    system.registerService(ReentrantLock.class, lock, new Hashtable<>(Map.of("margay.deploy", "lock")));
    return lock;
  }

  private interface Command {
    void run(CommandSession session, List<String> words, PrintStream out) throws Exception;
  }

  /** By the properties, help lists the command, and consoles complete it. */
  private void register(BundleContext context, String id, String usage, String[] options, Command command) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(CommandProcessor.COMMAND_SCOPE, id.substring(0, id.indexOf(':')));
    properties.put(CommandProcessor.COMMAND_FUNCTION, id.substring(id.indexOf(':') + 1));
    properties.put("osgi.command.description", usage.lines().skip(1).findFirst().orElseThrow());
    properties.put("margay.command", id);
    String role = id.equals("deploy:history") ? Roles.VIEW : Roles.ADMIN;
    properties.put("margay.role", role);
    properties.put("margay.usage", usage);
    properties.put("margay.options", options);
    if (usage.contains("FILE")) {
      properties.put("margay.arguments", "file");
    }
    Function function = (session, arguments) -> {
      List<String> words = arguments.stream().map(String::valueOf).toList();
      // Gogo directs these to the session, or to the next command of a pipe, for this thread
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      if (words.contains("--help") || words.contains("-h")) {
        out.print(usage);
      } else {
        Roles.require(system, session, id.startsWith("margay:") ? id.substring("margay:".length()) : id, role);
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
    if (!first) {
      return;
    }
    if (isInterrupted()) {
      Thread thread = new Thread(this::recover, "margay-deploy-recovery");
      thread.setDaemon(true);
      thread.start();
    }
    folder.start(this::deployFolder);
  }

  /** On a thread of its own, which nobody interrupts: this bundle may be in the folder. */
  private void deployFolder(File from, List<File> written) throws Exception {
    if (written.isEmpty() && !isGone(from)) {
      return;
    }
    new Output().run(() -> {
      running.lock();
      try {
        Deployment deployment = new Deployment(system, directory, counters, Limits.read(system), ManagedFolder.WHO, line -> { });
        if (isInterrupted()) {
          deployment.recover();
        }
        new ManagedFolder(system, from.toPath(), directory, deployment, line -> System.err.println("margay: " + line), looked)
            .handle(written, ManagedFolder.gone(from.toPath(), directory));
      } finally {
        running.unlock();
      }
      return null;
    }, new PrintStream(OutputStream.nullOutputStream()));
  }

  /** Nothing is read and no class loaded while there is nothing in the folder. */
  private boolean isGone(File from) throws IOException {
    return Files.exists(directory.resolve(FolderState.FILE)) && !ManagedFolder.gone(from.toPath(), directory).isEmpty();
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
    Object user = session == null ? null : session.get("USER");
    return user == null ? System.getProperty("user.name") : user.toString();
  }

  private List<Map<String, Object>> entries() {
    Path known = directory;
    try {
      return known == null ? List.of() : new History(known).entries().stream().map(Entry::toMap).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    out.print(Entry.table(entries));
  }

  @Deactivate
  void close() {
    registrations.forEach(ServiceRegistration::unregister);
    counters.close();
    folder.close();
  }
}
