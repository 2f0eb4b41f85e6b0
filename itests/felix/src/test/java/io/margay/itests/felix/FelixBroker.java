package io.margay.itests.felix;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import io.margay.itests.osgi.KafkaRoundTrip;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.options.UrlProvisionOption;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/**
 * A Felix that is not ours, in a process of its own, with the bundles of the built distribution installed at the start levels
 * that they have there. It has no launcher: the settings come from a directory with etc/margay.cfg.
 */
final class FelixBroker implements AutoCloseable {
  /** Above it, the distribution has what only its console needs. */
  private static final int LAST_LEVEL = 60;

  private final TestContainer container;
  private final Path control;
  private final Relay relay;

  private FelixBroker(TestContainer container, Path control, Relay relay) {
    this.container = container;
    this.control = control;
    this.relay = relay;
  }

  /** A broker that serves. */
  static FelixBroker started() throws Exception {
    Path work = Path.of(System.getProperty("work.dir"));
    Files.createDirectories(work);
    Path home = Files.createTempDirectory(work, "felix");
    int port = KafkaRoundTrip.freePort();
    Relay relay = new Relay(port);
    Files.createDirectories(home.resolve("etc"));
    // where the bundle http looks for an HTTP server when one is wanted
    Files.createSymbolicLink(home.resolve("optional"), Path.of(System.getProperty("margay.dist")).toRealPath().resolve("optional"));
    Files.writeString(home.resolve("etc/margay.cfg"), "listeners = PLAINTEXT://127.0.0.1:" + port + "\n"
        + "advertised.listeners = PLAINTEXT://127.0.0.1:" + relay.port() + "\n" + "group.initial.rebalance.delay.ms = 0\n");
    // A socket's path may be 107 bytes long; that of a build directory may be longer.
    Path control = Files.createTempDirectory("margay").resolve("control");
    TestContainer container = PaxExamRuntime.createContainer(PaxExamRuntime.createServerSystem(options(home, control)));
    container.start();
    FelixBroker broker = new FelixBroker(container, control, relay);
    try {
      KafkaRoundTrip.awaitBroker(broker.bootstrap());
    } catch (Exception e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  private static Option[] options(Path home, Path control) throws IOException {
    List<Option> o = new ArrayList<>();
    o.add(workingDirectory(home.resolve("exam").toString()));
    o.add(systemProperty("margay.home").value(home.toString()));
    o.add(systemProperty("margay.data").value(home.resolve("data").toString()));
    o.add(systemProperty(ControlActivator.SOCKET_PROPERTY).value(control.toString()));
    o.add(vmOption("-Xmx256m"));
    o.add(frameworkStartLevel(100));
    Path bundles = Path.of(System.getProperty("margay.dist")).normalize().resolve("bundles");
    try (Stream<Path> levels = Files.list(bundles)) {
      for (Path directory : levels.sorted().toList()) {
        int level = Integer.parseInt(directory.getFileName().toString());
        if (level <= LAST_LEVEL) {
          addBundles(o, directory, level);
        }
      }
    }
    o.add(bundle(controlBundle(home).toUri().toString()).startLevel(LAST_LEVEL));
    return o.toArray(Option[]::new);
  }

  private static void addBundles(List<Option> options, Path directory, int level) throws IOException {
    try (Stream<Path> jars = Files.list(directory)) {
      for (Path jar : jars.sorted().toList()) {
        UrlProvisionOption b = bundle(jar.toUri().toString()).startLevel(level);
        options.add(isFragment(jar) ? b.noStart() : b);
      }
    }
  }

  private static boolean isFragment(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes().getValue("Fragment-Host") != null;
    }
  }

  private static Path controlBundle(Path directory) throws IOException {
    Path jar = directory.resolve("control.jar");
    String activator = ControlActivator.class.getName();
    Manifest manifest = new Manifest();
    Attributes a = manifest.getMainAttributes();
    a.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    a.putValue("Bundle-ManifestVersion", "2");
    a.putValue("Bundle-SymbolicName", "itest-control");
    a.putValue("Bundle-Activator", activator);
    a.putValue("Import-Package", "org.osgi.framework");
    String entry = activator.replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file, manifest)) {
      out.putNextEntry(new ZipEntry(entry));
      Files.copy(Path.of(System.getProperty("test.classes"), entry), out);
    }
    return jar;
  }

  String bootstrap() {
    return "127.0.0.1:" + relay.port();
  }

  /** How many connections the broker has ended so far. */
  int connectionsEnded() {
    return relay.endedByBroker();
  }

  /** Sends a command to {@link ControlActivator}. @return its answer */
  String control(String command) throws IOException {
    try (SocketChannel c = SocketChannel.open(UnixDomainSocketAddress.of(control)); InputStream in = Channels.newInputStream(c)) {
      c.write(ByteBuffer.wrap(command.getBytes(StandardCharsets.UTF_8)));
      c.shutdownOutput();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public void close() throws IOException {
    container.stop();
    relay.close();
    Files.deleteIfExists(control);
    Files.deleteIfExists(control.getParent());
  }
}
