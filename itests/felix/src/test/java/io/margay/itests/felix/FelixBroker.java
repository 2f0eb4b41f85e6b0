package io.margay.itests.felix;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import io.margay.itests.control.ControlActivator;
import io.margay.itests.control.InsideLoad;
import io.margay.itests.control.LoaderWatch;
import io.margay.itests.osgi.BundleWatch;
import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.Pulse;
import io.margay.itests.osgi.TestBundle;
import io.margay.itests.swap.Relay;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.options.UrlProvisionOption;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/**
 * A Felix that is not ours, in a process of its own, with the bundles of the built distribution installed at the start levels
 * that they have there. It has no launcher: the settings come from a directory with etc/margay.cfg. Bundles that are put into its
 * directory deploy are installed.
 */
final class FelixBroker implements AutoCloseable {
  /** Above it, the distribution has what only its console needs. */
  private static final int LAST_LEVEL = 60;
  private static final String DONE = "done";

  private final TestContainer container;
  private final Path home;
  private final Path control;
  private final Relay relay;
  private final Map<String, Integer> updates = new HashMap<>();

  private FelixBroker(TestContainer container, Path home, Path control, Relay relay) {
    this.container = container;
    this.home = home;
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
    Files.createDirectories(home.resolve("deploy"));
    Files.writeString(home.resolve("etc/margay.cfg"), "listeners = PLAINTEXT://127.0.0.1:" + port + "\n"
        + "advertised.listeners = PLAINTEXT://127.0.0.1:" + relay.port() + "\n" + "group.initial.rebalance.delay.ms = 0\n");
    // A socket's path may be 107 bytes long; that of a build directory may be longer.
    Path control = Files.createTempDirectory("margay").resolve("control");
    TestContainer container = PaxExamRuntime.createContainer(PaxExamRuntime.createServerSystem(options(home, control)));
    container.start();
    FelixBroker broker = new FelixBroker(container, home, control, relay);
    try {
      KafkaRoundTrip.awaitBroker(broker.bootstrap());
    } catch (Exception e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  private static Path distribution() {
    return Path.of(System.getProperty("margay.dist")).normalize();
  }

  private static Option[] options(Path home, Path control) throws IOException {
    List<Option> o = new ArrayList<>();
    o.add(workingDirectory(home.resolve("exam").toString()));
    o.add(systemProperty("margay.home").value(home.toString()));
    o.add(systemProperty("margay.data").value(home.resolve("data").toString()));
    o.add(systemProperty(ControlActivator.SOCKET_PROPERTY).value(control.toString()));
    o.add(systemProperty("felix.fileinstall.dir").value(home.resolve("deploy").toString()));
    o.add(systemProperty("felix.fileinstall.poll").value("200"));
    o.add(systemProperty("felix.fileinstall.tmpdir").value(home.resolve("deploy.tmp").toString()));
    o.add(vmOption("-Xmx256m"));
    o.add(vmOption("-XX:+IgnoreUnrecognizedVMOptions"));
    for (String option : Files.readAllLines(distribution().resolve("etc/jvm.options"))) {
      if (option.startsWith("-")) {
        o.add(vmOption(option));
      }
    }
    o.add(frameworkStartLevel(100));
    try (Stream<Path> levels = Files.list(distribution().resolve("bundles"))) {
      for (Path directory : levels.sorted().toList()) {
        int level = Integer.parseInt(directory.getFileName().toString());
        if (level <= LAST_LEVEL) {
          addBundles(o, directory, level);
        }
      }
    }
    Path watch = new TestBundle("itest-watch").activator(BundleWatch.class).header("Import-Package", "org.osgi.framework")
        .header(BundleWatch.FILE_HEADER, home.resolve("events").toString()).write(home.resolve("watch.jar"));
    o.add(bundle(watch.toUri().toString()).startLevel(LAST_LEVEL));
    Path commands = new TestBundle("itest-control").activator(ControlActivator.class)
        .classes(InsideLoad.class, LoaderWatch.class, Pulse.class)
        .header("Import-Package", "javax.management,org.osgi.framework,org.osgi.framework.wiring")
        // not at once: this bundle is to be wired to nothing that is not used
        .header("DynamicImport-Package", "io.margay.spi.producer,org.apache.felix.service.command")
        .write(home.resolve("control.jar"));
    o.add(bundle(commands.toUri().toString()).startLevel(LAST_LEVEL));
    return o.toArray(Option[]::new);
  }

  private static void addBundles(List<Option> options, Path directory, int level) throws IOException {
    try (Stream<Path> jars = Files.list(directory)) {
      for (Path jar : jars.sorted().toList()) {
        UrlProvisionOption b = bundle(jar.toUri().toString()).startLevel(level);
        options.add(header(jar, "Fragment-Host") != null ? b.noStart() : b);
      }
    }
  }

  private static String header(Path jar, String name) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes().getValue(name);
    }
  }

  /** The jar of a part in the distribution, or null when it is not there. */
  static Path jar(String part) throws IOException {
    try (Stream<Path> files = Files.walk(distribution().resolve("bundles"))) {
      for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).toList()) {
        if (("io.margay." + part).equals(header(jar, "Bundle-SymbolicName"))) {
          return jar;
        }
      }
    }
    return null;
  }

  String bootstrap() {
    return "127.0.0.1:" + relay.port();
  }

  /** A directory of this broker's own. */
  Path home() {
    return home;
  }

  /** How many connections the broker has ended so far. */
  int connectionsEnded() {
    return relay.endedByBroker();
  }

  /** Puts the next version of a part in its place. */
  void update(String part) throws IOException {
    update(part, prepareUpdate(part));
  }

  /** Makes the next version of a part, so that this takes no time later. @return its jar */
  Path prepareUpdate(String part) throws IOException {
    Path jar = home.resolve(part + "-next.jar");
    TestBundle.newVersion(jar(part), version(part, updates.merge(part, 1, Integer::sum)), jar);
    return jar;
  }

  /** @param jar from {@link #prepareUpdate} */
  void update(String part, Path jar) throws IOException {
    run("update io.margay." + part + " " + jar);
    String version = control("version io.margay." + part);
    if (!version.equals(version(part, updates.get(part)))) {
      throw new AssertionError(part + " has version " + version + " after its update number " + updates.get(part));
    }
  }

  private static String version(String part, int update) throws IOException {
    String[] numbers = header(jar(part), "Bundle-Version").split("\\.");
    return numbers[0] + "." + numbers[1] + "." + (Integer.parseInt(numbers[2]) + update);
  }

  /** Sends a command that has no result to {@link ControlActivator}. */
  void run(String command) throws IOException {
    String answer = control(command);
    if (!answer.equals(DONE)) {
      throw new AssertionError(command + " failed: " + answer);
    }
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
