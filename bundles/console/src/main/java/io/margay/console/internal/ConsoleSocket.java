package io.margay.console.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.UnaryOperator;
import org.apache.felix.service.command.CommandProcessor;
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
  private ConsoleServer server;

  /** Waits for the directory. */
  @Activate
  public ConsoleSocket(@Reference CommandProcessor processor) {
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
    } catch (IOException | UnsupportedOperationException e) {
      LOG.error("Cannot open the shell's socket, commands of bin/margay shell cannot reach this broker directory={}", data, e);
    }
  }

  /** The settings go away; they come back for the same directory. */
  void keep(Path data) { }

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
    if (server != null) {
      server.close();
    }
  }
}
