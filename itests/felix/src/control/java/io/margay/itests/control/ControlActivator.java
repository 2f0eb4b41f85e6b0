package io.margay.itests.control;

import io.margay.spi.producer.Producer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Runs inside the framework, in a bundle of its own, and does what an administrator does with bundles, and what only a bundle can
 * do: one command per connection to a socket; see {@link #execute}. What a command returns is its answer, an exception too.
 */
public final class ControlActivator implements BundleActivator {
  /** The system property with the socket's path. */
  public static final String SOCKET_PROPERTY = "margay.itest.control";
  private static final long REFRESH_TIMEOUT_S = 60;

  private BundleContext context;
  private ServerSocketChannel server;
  private final LoaderWatch loaders = new LoaderWatch();
  private volatile InsideLoad load;

  @Override
  public void start(BundleContext bundleContext) throws IOException {
    context = bundleContext;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(Path.of(System.getProperty(SOCKET_PROPERTY))));
    start("itest-control", this::serve);
  }

  private static void start(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void stop(BundleContext bundleContext) throws IOException {
    server.close();
  }

  private void serve() {
    while (server.isOpen()) {
      try {
        SocketChannel c = server.accept();
        start("itest-control-command", () -> serve(c));
      } catch (IOException e) {
        if (server.isOpen()) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private void serve(SocketChannel channel) {
    try (channel; InputStream in = Channels.newInputStream(channel)) {
      String command = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      ByteBuffer answer = ByteBuffer.wrap(answer(command).getBytes(StandardCharsets.UTF_8));
      while (answer.hasRemaining()) {
        channel.write(answer);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private String answer(String command) {
    try {
      int space = command.indexOf(' ');
      return space < 0 ? execute(command, "") : execute(command.substring(0, space), command.substring(space + 1));
    } catch (Exception e) {
      return e.toString();
    }
  }

  private String execute(String command, String argument) throws Exception {
    switch (command) {
      case "states" -> {
        return states();
      }
      case "update" -> update(argument.split(" "));
      case "stop" -> bundle(argument).stop();
      case "start" -> bundle(argument).start();
      case "version" -> {
        return bundle(argument).getVersion().toString();
      }
      case "install" -> context.installBundle(Path.of(argument).toUri().toString()).start();
      case "uninstall" -> bundle(argument).uninstall();
      case "refresh" -> refresh();
      case "loaders" -> {
        return loaders.count(argument, true);
      }
      case "loaders-held" -> {
        return loaders.count(argument, false);
      }
      case "dump" -> LoaderWatch.dump(argument);
      case "shell" -> {
        return shell(argument);
      }
      case "load-start" -> load = new InsideLoad(service(Producer.class), argument);
      case "load-begin" -> load.pulse().begin();
      case "load-end" -> {
        return load.pulse().end().toText();
      }
      case "load-stop" -> {
        InsideLoad ended = load;
        // else this would hold the producer's service, and with it the controller's, when they are replaced
        load = null;
        return ended.end();
      }
      default -> throw new IllegalArgumentException(command);
    }
    return "done";
  }

  private <T> T service(Class<T> type) {
    ServiceReference<T> reference = context.getServiceReference(type);
    T service = reference == null ? null : context.getService(reference);
    if (service == null) {
      throw new IllegalStateException("no service " + type);
    }
    return service;
  }

  /** By name, and with the content of a file, or else from where it came. */
  private void update(String[] words) throws BundleException, IOException {
    Bundle bundle = bundle(words[0]);
    loaders.replacing(bundle);
    if (words.length == 1) {
      bundle.update();
      return;
    }
    try (InputStream content = Files.newInputStream(Path.of(words[1]))) {
      bundle.update(content);
    }
  }

  private void refresh() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class).refreshBundles(null, event -> {
      if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
        done.countDown();
      }
    });
    if (!done.await(REFRESH_TIMEOUT_S, TimeUnit.SECONDS)) {
      throw new IllegalStateException("bundles were not refreshed in time");
    }
  }

  private String shell(String command) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        CommandSession session = service(CommandProcessor.class).createSession(InputStream.nullInputStream(), print, print)) {
      session.execute(command);
    }
    return out.toString(StandardCharsets.UTF_8);
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
