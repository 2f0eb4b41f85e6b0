package io.margay.itests.felix;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/**
 * Runs inside the framework, in a bundle of its own, and does what an administrator does with bundles: one command per connection
 * to a socket, {@code update NAME}, {@code stop NAME}, {@code start NAME} or {@code states}.
 */
public final class ControlActivator implements BundleActivator {
  static final String SOCKET_PROPERTY = "margay.itest.control";

  private BundleContext context;
  private ServerSocketChannel server;

  @Override
  public void start(BundleContext bundleContext) throws IOException {
    context = bundleContext;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(Path.of(System.getProperty(SOCKET_PROPERTY))));
    Thread thread = new Thread(this::serve, "itest-control");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void stop(BundleContext bundleContext) throws IOException {
    server.close();
  }

  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel c = server.accept(); InputStream in = Channels.newInputStream(c)) {
        String command = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        c.write(ByteBuffer.wrap(answer(command).getBytes(StandardCharsets.UTF_8)));
      } catch (IOException e) {
        if (server.isOpen()) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private String answer(String command) {
    try {
      String[] words = command.split(" ");
      switch (words[0]) {
        case "states" -> {
          return states();
        }
        case "update" -> bundle(words[1]).update();
        case "stop" -> bundle(words[1]).stop();
        case "start" -> bundle(words[1]).start();
        default -> throw new IllegalArgumentException(command);
      }
      return "done";
    } catch (BundleException | IllegalArgumentException e) {
      return e.toString();
    }
  }

  private Bundle bundle(String symbolicName) {
    for (Bundle b : context.getBundles()) {
      if (symbolicName.equals(b.getSymbolicName())) {
        return b;
      }
    }
    throw new IllegalArgumentException("no bundle " + symbolicName);
  }

  /** The bundles, one a line, that are not active, nor resolved as fragments are, nor waiting to be used. */
  private String states() {
    StringBuilder out = new StringBuilder();
    for (Bundle b : context.getBundles()) {
      boolean fragment = b.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
      boolean lazy = b.getState() == Bundle.STARTING && b.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY) != null;
      if (b.getState() != (fragment ? Bundle.RESOLVED : Bundle.ACTIVE) && !lazy) {
        out.append(b.getSymbolicName()).append(" is in state ").append(b.getState()).append('\n');
      }
    }
    return out.toString();
  }
}
