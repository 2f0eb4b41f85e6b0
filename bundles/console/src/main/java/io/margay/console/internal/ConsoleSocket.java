package io.margay.shell.internal;

import io.margay.model.Scheduler;
import io.margay.spi.config.NodeSettings;
import java.io.IOException;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket that {@code bin/margay shell} talks to, in the data directory. The broker works without it.
 *
 * <p>When this bundle is updated, commands that run are interrupted; no client of the broker notices.
 */
@Component(service = {}, immediate = true)
public final class ShellSocket {
  private static final Logger LOG = LoggerFactory.getLogger(ShellSocket.class);
  private final ShellServer server;

  /** Opens the socket. */
  @Activate
  public ShellSocket(@Reference NodeSettings settings, @Reference CommandProcessor processor, @Reference Scheduler scheduler) {
    server = open(settings, processor, scheduler);
  }

  private static ShellServer open(NodeSettings settings, CommandProcessor processor, Scheduler scheduler) {
    try {
      return ShellServer.start(settings.dataDirectory(), processor, scheduler);
    } catch (IOException | UnsupportedOperationException e) {
      LOG.error("Cannot open the shell's socket, commands of bin/margay shell cannot reach this broker directory={}",
          settings.dataDirectory(), e);
      return null;
    }
  }

  @Deactivate
  void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }
}
