package io.margay.itests.hostile;

import io.margay.itests.Broker;
import io.margay.itests.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** The broker that is attacked, a bystander that works with it all the time, and the memory of its process. */
final class HostileBroker implements AutoCloseable {
  private final Broker broker;
  private final List<Wire> wires = new ArrayList<>();
  private Bystander bystander;
  private long maxMs;
  private int peakMb;
  private int topics;

  /** @param heap options of the heap, or null for those that are shipped */
  HostileBroker(String heap, Map<String, String> settings) throws Exception {
    broker = Broker.prepare();
    if (heap != null) {
      broker.with("MARGAY_HEAP_OPTS", heap);
    }
    settings.forEach(broker::with);
    try {
      broker.start();
      try (Admin admin = admin()) {
        Bystander.createTopic(admin);
      }
      bystander = Bystander.started(broker.bootstrap());
    } catch (Exception | Error e) {
      broker.close();
      throw e;
    }
  }

  /** A connection of the attacker, which is closed with the broker at the latest. */
  Wire connect() throws IOException {
    Wire wire = new Wire(broker.port());
    synchronized (wires) {
      wires.add(wire);
    }
    return wire;
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrap(), "default.api.timeout.ms", "20000", "request.timeout.ms", "15000"));
  }

  /** @return the name of a new topic */
  String newTopic(int partitions, Map<String, String> configs) throws Exception {
    String name = "topic-" + topics++;
    createTopic(name, partitions, configs);
    return name;
  }

  void createTopic(String name, int partitions, Map<String, String> configs) throws Exception {
    try (Admin admin = admin()) {
      create(admin, new NewTopic(name, partitions, (short) 1).configs(configs));
    }
  }

  /** The client asks again when an answer is late: then the topic may be there already. */
  static void create(Admin admin, NewTopic topic) throws Exception {
    try {
      admin.createTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  /** Makes so many topics of one partition, once for all attacks. */
  void createTopicsOnce(String prefix, int count) throws Exception {
    try (Admin admin = admin()) {
      if (!admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(prefix + 0)) {
        admin.createTopics(IntStream.range(0, count).mapToObj(i -> new NewTopic(prefix + i, 1, (short) 1)).toList()).all()
            .get(30, TimeUnit.SECONDS);
      }
    }
  }

  String bootstrap() {
    return broker.bootstrap();
  }

  int port() {
    return broker.port();
  }

  Path data() {
    return broker.data();
  }

  String output() {
    return broker.output();
  }

  String log() {
    return broker.log();
  }

  /** How many lines of the log have this in them. */
  long logLines(String part) {
    return broker.log().lines().filter(l -> l.contains(part)).count();
  }

  Run shell(String command) {
    return broker.shell(command);
  }

  /** Stops the broker in good order, changes what it left on the disk, and starts it again; the bystander pauses meanwhile. */
  void restart(ThrowingRunnable meanwhile) throws Exception {
    pause();
    broker.stop();
    meanwhile.run();
    resume();
  }

  /** SIGKILL, and a start. */
  void killAndStart() throws Exception {
    pause();
    broker.kill();
    resume();
  }

  private void pause() throws Exception {
    checkAlive();
    maxMs = Math.max(maxMs, bystander.stop());
    bystander.close();
    peakMb = Math.max(peakMb, peakMb());
  }

  private void resume() throws Exception {
    broker.start();
    bystander = Bystander.started(broker.bootstrap());
  }

  /** Something that happens while the broker is down. */
  @FunctionalInterface
  interface ThrowingRunnable {
    void run() throws Exception;
  }

  void checkAlive() {
    if (!broker.isAlive()) {
      throw new AssertionError("the process died; the last that it printed: " + tail(broker.output()));
    }
  }

  /** Whether the process is dead, or dying: a client may see that before. */
  boolean diesSoon() {
    return !broker.isAliveAfter(1_000);
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - 600)).replace('\n', '|');
  }

  /** How many objects of a class are alive, after a full collection. */
  int instances(String className) {
    String histogram = Run.of(null, "jcmd", Long.toString(broker.pid()), "GC.class_histogram").ok().output();
    Matcher m = Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+" + Pattern.quote(className) + "( |$)", Pattern.MULTILINE)
        .matcher(histogram);
    return m.find() ? Integer.parseInt(m.group(1)) : 0;
  }

  /** The bytes that live on the heap, after a full collection. */
  long liveBytes() {
    String histogram = Run.of(null, "jcmd", Long.toString(broker.pid()), "GC.class_histogram").ok().output();
    Matcher m = Pattern.compile("^Total\\s+\\d+\\s+(\\d+)", Pattern.MULTILINE).matcher(histogram);
    if (!m.find()) {
      throw new IllegalStateException(tail(histogram));
    }
    return Long.parseLong(m.group(1));
  }

  long sockets() throws IOException {
    return belongings().sockets();
  }

  /** What the process has now. */
  Belongings belongings() throws IOException {
    return Belongings.of(broker.pid(), broker.data());
  }

  /** What it has in addition, and keeps for some time. */
  List<String> added(Belongings before, long patienceNanos) throws IOException {
    return Belongings.added(before, broker.pid(), patienceNanos);
  }

  void plant(Plant.Fault fault, Path file) throws IOException {
    Plant.into(broker.pid(), broker.data(), fault, file);
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(broker.pid()), file);
  }

  private int peakMb() {
    try {
      Matcher m = Pattern.compile("VmHWM:\\s+(\\d+) kB").matcher(Files.readString(proc("status")));
      return m.find() ? Integer.parseInt(m.group(1)) / 1024 : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends an attack: the bystander goes on, and a client that was not there before connects. */
  Outcome finish() throws Exception {
    checkAlive();
    closeWires();
    long slowest = Math.max(maxMs, bystander.stop());
    bystander.close();
    long fresh = Bystander.once(broker.bootstrap());
    checkAlive();
    Outcome outcome = new Outcome(Math.max(slowest, fresh), Math.max(peakMb, peakMb()));
    maxMs = 0;
    bystander = Bystander.started(broker.bootstrap());
    return outcome;
  }

  /**
   * What an attack did to others.
   *
   * @param maxMs how long the slowest turn of a stock client took
   * @param peakMb the highest RSS of the process
   */
  record Outcome(long maxMs, int peakMb) { }

  /** What is known of the process after a failure, for the table. */
  int peakMbOrZero() {
    return broker.isAlive() ? Math.max(peakMb, peakMb()) : peakMb;
  }

  private void closeWires() {
    synchronized (wires) {
      wires.forEach(Wire::close);
      wires.clear();
    }
  }

  @Override
  public void close() {
    closeWires();
    bystander.close();
    broker.close();
  }
}
