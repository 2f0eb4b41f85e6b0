package io.margay.console.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket that {@code bin/margay shell} talks to, in the data directory. The broker works without it.
 *
 * <p>It opens when the directory is first known, and stays open when the settings go away: so a command that replaces the settings, the
 * commands or any other part runs to its end. When this bundle itself is updated, the command that does it runs to its end, others are
 * interrupted; no client of the broker notices.
 */
@Component(service = {}, immediate = true)
public final class ConsoleSocket {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleSocket.class);

  private final Commands commands = new Commands(Commands.WAIT_MS);
  private final CommandProcessor processor;
  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, task -> {
    Thread thread = new Thread(task, "margay-console-timer");
    thread.setDaemon(true);
    return thread;
  });
  private final BundleContext context;
  private ConsoleServer server;
  /** Those for roles. */
  private final List<ConsoleServer> others = new ArrayList<>();
  private Path directory;
  private Function<?, ?> settings;

  /** Waits for the directory. */
  @Activate
  public ConsoleSocket(BundleContext context, @Reference CommandProcessor processor) {
    this.context = context;
    this.processor = processor;
    timers.setRemoveOnCancelPolicy(true);
  }

  /** Opens the socket in the data directory, if it is not open. The type is one of the JDK, so that nothing else is imported. */
  @Reference(target = "(margay.directory=data)", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
      unbind = "keep")
  synchronized void open(Path data) {
    if (server != null) {
      return;
    }
    try {
      Files.createDirectories(data);
      server = ConsoleServer.start(data, processor, commands, timers);
      directory = data;
      openOthers();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.error("Cannot open the shell's socket, commands of bin/margay shell cannot reach this broker directory={}", data, e);
    }
  }

  /** The settings go away; they come back for the same directory. */
  void keep(Path data) { }

  /** The values of settings by name. The types are those of the JDK, as above. */
  @Reference(target = "(margay.settings=values)", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  synchronized void addSettings(Function<?, ?> values) {
    settings = values;
    openOthers();
  }

  synchronized void removeSettings(Function<?, ?> values) {
    settings = settings == values ? null : settings;
  }

  /** The sockets for roles, once both the directory and the settings are known. */
  private void openOthers() {
    if (directory == null || settings == null || !others.isEmpty()) {
      return;
    }
    @SuppressWarnings("unchecked")
    String roles = ((Function<String, String>) settings).apply("margay.shell.role.sockets");
    try {
      for (String role : roles == null ? new String[0] : roles.split(",")) {
        if (!role.isBlank()) {
          others.add(ConsoleServer.start(directory, new RoleGuard(context, role.trim()), processor, commands, timers));
        }
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOG.error("Cannot open the socket of the shell for a role directory={} roles={}", directory, roles, e);
    }
  }

  /** The commands are there. The type is one of the JDK, as above. */
  @Reference(target = "(margay.console=hint)", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void addHints(UnaryOperator<String> hints) {
    commands.hints(hints);
  }

  void removeHints(UnaryOperator<String> hints) {
    commands.remove(hints);
  }

  @Deactivate
  synchronized void close() throws IOException {
    timers.shutdownNow();
    for (ConsoleServer other : others) {
      other.close();
    }
    if (server != null) {
      server.close();
    }
  }
}
