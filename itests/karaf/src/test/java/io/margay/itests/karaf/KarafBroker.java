package io.margay.itests.karaf;

import static org.ops4j.pax.exam.CoreOptions.maven;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.features;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import io.margay.itests.control.ControlActivator;
import io.margay.itests.osgi.KafkaRoundTrip;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/** A Karaf as it is downloaded, in a process of its own, into which the feature is installed from the repository of the build. */
final class KarafBroker implements AutoCloseable {
  /** A user, and its password, with the role viewer. */
  static final String VIEWER = "visitor";
  private static final String KARAF_VERSION = System.getProperty("karaf.version");
  private static final String VERSION = System.getProperty("margay.version");
  /** What bin/karaf gives to Java 9 and later. */
  private static final String[] JAVA_OPTIONS = {
      "--add-reads=java.xml=java.logging",
      "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
      "--patch-module", "java.base=lib/endorsed/org.apache.karaf.specs.locator-" + KARAF_VERSION + ".jar",
      "--patch-module", "java.xml=lib/endorsed/org.apache.karaf.specs.java.xml-" + KARAF_VERSION + ".jar",
      "--add-opens", "java.base/java.security=ALL-UNNAMED", "--add-opens", "java.base/java.net=ALL-UNNAMED",
      "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--add-opens", "java.base/java.util=ALL-UNNAMED",
      "--add-opens", "java.naming/javax.naming.spi=ALL-UNNAMED", "--add-opens", "java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED",
      "--add-exports=java.base/sun.net.www.protocol.file=ALL-UNNAMED",
      "--add-exports=java.base/sun.net.www.protocol.ftp=ALL-UNNAMED",
      "--add-exports=java.base/sun.net.www.protocol.http=ALL-UNNAMED",
      "--add-exports=java.base/sun.net.www.protocol.https=ALL-UNNAMED",
      "--add-exports=java.base/sun.net.www.protocol.jar=ALL-UNNAMED",
      "--add-exports=java.base/sun.net.www.content.text=ALL-UNNAMED",
      "--add-exports=jdk.naming.rmi/com.sun.jndi.url.rmi=ALL-UNNAMED",
      "-classpath", "lib/jdk9plus/*" + File.pathSeparator + "lib/boot/*"};

  private final TestContainer container;
  private final Path work;
  private final int sshPort;
  private final String bootstrap;

  private KarafBroker(TestContainer container, Path work, int sshPort, String bootstrap) {
    this.container = container;
    this.work = work;
    this.sshPort = sshPort;
    this.bootstrap = bootstrap;
  }

  /** A broker that serves, of these features. */
  static KarafBroker started(String... features) throws Exception {
    int port = KafkaRoundTrip.freePort();
    return started(port, port, null, features);
  }

  /**
   * A broker that serves.
   *
   * @param advertised the port that clients are told
   * @param control the socket for commands of a bundle that is installed, too, or null
   */
  static KarafBroker started(int port, int advertised, Path control, String... features) throws Exception {
    Path all = Path.of(System.getProperty("work.dir"));
    Files.createDirectories(all);
    Path work = Files.createTempDirectory(all, "karaf");
    int sshPort = KafkaRoundTrip.freePort();
    String bootstrap = "127.0.0.1:" + advertised;
    TestContainer container = PaxExamRuntime.createContainer(
        PaxExamRuntime.createServerSystem(CoreOptions.composite(options(work, sshPort, port, advertised, control, features))));
    container.start();
    KarafBroker broker = new KarafBroker(container, work, sshPort, bootstrap);
    try {
      KafkaRoundTrip.awaitBroker(bootstrap);
    } catch (Exception e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  private static Option[] options(Path work, int sshPort, int port, int advertised, Path control, String[] features) {
    String mvn = "etc/org.ops4j.pax.url.mvn.cfg";
    String repository = Path.of(System.getProperty("margay.repo")).normalize().toUri() + "@id=margay@snapshots";
    List<Option> o = new ArrayList<>();
    o.add(karafDistributionConfiguration().frameworkUrl(Path.of(System.getProperty("karaf.dist")).toUri().toString())
        .name("Apache Karaf").karafVersion(KARAF_VERSION).unpackDirectory(work.toFile()).useDeployFolder(false));
    o.add(keepRuntimeFolder());
    o.add(logLevel(LogLevel.INFO));
    o.add(configureConsole().ignoreLocalConsole());
    o.add(editConfigurationFilePut("etc/org.apache.karaf.shell.cfg", "sshPort", Integer.toString(sshPort)));
    o.add(editConfigurationFilePut("etc/org.apache.karaf.shell.cfg", "sshHost", "127.0.0.1"));
    for (String setting : List.of("rmiRegistryPort", "rmiServerPort")) {
      o.add(editConfigurationFilePut("etc/org.apache.karaf.management.cfg", setting, Integer.toString(KafkaRoundTrip.freePort())));
    }
    o.add(editConfigurationFilePut("etc/users.properties", "karaf", "karaf,_g_:admingroup"));
    o.add(editConfigurationFilePut("etc/users.properties", VIEWER, VIEWER + ",viewer,ssh"));
    o.add(editConfigurationFilePut("etc/users.properties", "_g_:admingroup", "group,admin,manager,viewer,systembundles,ssh"));
    // Only what is at hand: our bundles from the build, those of the test's own harness from the local repository.
    o.add(editConfigurationFilePut(mvn, "org.ops4j.pax.url.mvn.localRepository",
        System.getProperty("org.ops4j.pax.url.mvn.localRepository")));
    o.add(editConfigurationFilePut(mvn, "org.ops4j.pax.url.mvn.defaultRepositories",
        "file:${karaf.home}/system@id=system@snapshots, " + repository));
    o.add(editConfigurationFilePut(mvn, "org.ops4j.pax.url.mvn.repositories",
        System.getProperty("org.ops4j.pax.url.mvn.repositories")));
    // This is stronger than etc/margay.cfg, which the feature brings, with port 9092.
    // Karaf writes a configuration into its file in place. Its watcher may read the file while it is empty, and then empties the
    // configuration for good. So the watcher looks at the start only; the tests change configurations with commands.
    o.add(editConfigurationFilePut("etc/config.properties", "felix.fileinstall.poll", "3600000"));
    o.add(editConfigurationFilePut("etc/io.margay.cfg", "listeners", "PLAINTEXT://127.0.0.1:" + port));
    o.add(editConfigurationFilePut("etc/io.margay.cfg", "advertised.listeners", "PLAINTEXT://127.0.0.1:" + advertised));
    o.add(editConfigurationFilePut("etc/io.margay.cfg", "group.initial.rebalance.delay.ms", "0"));
    o.add(features(maven().groupId("io.margay").artifactId("features").version(VERSION).classifier("features").type("xml"),
        features));
    o.add(vmOption("-Xmx512m"));
    if (control != null) {
      o.add(vmOption("-D" + ControlActivator.SOCKET_PROPERTY + "=" + control));
    }
    for (String option : JAVA_OPTIONS) {
      o.add(vmOption(option));
    }
    return o.toArray(Option[]::new);
  }

  String bootstrap() {
    return bootstrap;
  }

  /** The directory of this Karaf. */
  Path home() throws IOException {
    try (Stream<Path> directories = Files.list(work)) {
      return directories.filter(d -> Files.isDirectory(d.resolve("etc"))).findFirst().orElseThrow();
    }
  }

  /** Runs a command in Karaf's shell, by its own client. @return what it printed */
  String shell(String command) throws IOException, InterruptedException {
    return shell("karaf", command);
  }

  /** The same as another user, whose password is its name. */
  String shell(String user, String command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(work, "client", ".out");
    Path input = Files.writeString(Files.createTempFile(work, "client", ".in"), command + "\n");
    ProcessBuilder b = new ProcessBuilder("sh", "bin/client", "-h", "127.0.0.1", "-a", Integer.toString(sshPort), "-u", user,
        "-p", user, "-b").directory(home().toFile()).redirectErrorStream(true).redirectInput(input.toFile())
        .redirectOutput(output.toFile());
    Process client = b.start();
    if (!client.waitFor(60, TimeUnit.SECONDS)) {
      client.destroyForcibly();
      throw new IllegalStateException(command + " did not end: " + Files.readString(output));
    }
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    container.stop();
  }
}
