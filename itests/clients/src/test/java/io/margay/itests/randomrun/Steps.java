package io.margay.itests.randomrun;

import io.margay.itests.Broker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.config.ConfigResource;

/** What is done to a broker that works: one step at a time, chosen by chance. */
final class Steps {
  private static final List<String> PARTS = List.of("partitioners", "assignors", "placements", "storage-file", "storage-mapdb",
      "log", "groups", "replication", "controller");

  private final Broker broker;
  private final Map<Place, PartitionModel> models;
  private final List<RunWriter> writers;
  private final Random random;
  /** The engine of each topic that was moved. */
  private final Map<String, String> engines = new HashMap<>();

  Steps(Broker broker, Map<Place, PartitionModel> models, List<RunWriter> writers, Random random) {
    this.broker = broker;
    this.models = models;
    this.writers = writers;
    this.random = random;
  }

  /** @return what was done */
  String one() throws Exception {
    return switch (random.nextInt(10)) {
      case 0 -> kill();
      case 1 -> killDuringStart();
      case 2 -> stop();
      case 3, 4 -> deleteRecords();
      case 5 -> move();
      case 6 -> killDuringMove();
      case 7 -> update();
      case 8 -> alter();
      default -> recreate();
    };
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  void createTopic(Admin admin, String topic) throws Exception {
    NewTopic t = new NewTopic(topic, Place.partitions(topic), (short) 1).configs(Place.settings(topic));
    admin.createTopics(List.of(t)).all().get(30, TimeUnit.SECONDS);
  }

  private String topic() {
    return Place.TOPICS.get(random.nextInt(Place.TOPICS.size()));
  }

  private String kill() {
    broker.kill();
    broker.start();
    return "kill -9";
  }

  private String killDuringStart() {
    broker.kill();
    int first = random.nextInt(1_500);
    int second = random.nextInt(3_000);
    broker.startAndKill(first);
    broker.startAndKill(second);
    broker.start();
    return "kill -9, again " + first + " ms and " + second + " ms after a start";
  }

  private String stop() {
    int exit = broker.stop();
    broker.start();
    return "stop with exit code " + exit + ", start";
  }

  private String deleteRecords() throws Exception {
    Place place = Place.ALL.get(random.nextInt(6));
    PartitionModel model = models.get(place);
    long from = Math.max(model.start(), model.lowest());
    long before = from + (long) (random.nextDouble() * 0.6 * (model.end() - from));
    try (Admin admin = admin()) {
      admin.deleteRecords(Map.of(place.asKafka(), RecordsToDelete.beforeOffset(before))).all().get(60, TimeUnit.SECONDS);
      model.deleteBefore(before);
    } catch (java.util.concurrent.ExecutionException e) {
      // Retention may have been faster: then there is nothing to delete.
      if (!(e.getCause() instanceof org.apache.kafka.common.errors.OffsetOutOfRangeException) || !place.hasRetention()) {
        throw e;
      }
    }
    return "DeleteRecords of " + place + " before " + before;
  }

  private String otherEngine(String topic) {
    return engines.merge(topic, "mapdb", (old, mapdb) -> old.equals(mapdb) ? "file" : mapdb);
  }

  private String move() {
    String topic = topic();
    String engine = otherEngine(topic);
    broker.shell("storage:move " + topic + " " + engine).ok();
    return "move of " + topic + " to " + engine;
  }

  private String killDuringMove() {
    String topic = topic();
    String engine = otherEngine(topic);
    broker.shell("storage:move --no-wait " + topic + " " + engine).ok();
    LockSupport.parkNanos(random.nextInt(300) * 1_000_000L);
    broker.kill();
    broker.start();
    return "kill -9 while " + topic + " moves to " + engine;
  }

  private String update() throws IOException {
    String part = PARTS.get(random.nextInt(PARTS.size()));
    try (Stream<Path> files = Files.walk(Broker.HOME.resolve("bundles"))) {
      Path jar = files.filter(f -> f.getFileName().toString().startsWith("io.margay." + part + "-0")).findFirst().orElseThrow();
      broker.shell("update io.margay." + part + " file:" + jar).ok();
    }
    return "update of " + part;
  }

  private String alter() throws Exception {
    String topic = topic();
    List<Map.Entry<String, String>> choices = List.of(Map.entry("segment.bytes", Integer.toString((1 + random.nextInt(3)) << 20)),
        Map.entry("compression.type", List.of("producer", "zstd", "gzip", "uncompressed", "lz4", "snappy").get(random.nextInt(6))),
        Map.entry("margay.flush.policy", random.nextBoolean() ? "ack" : "os"),
        topic.startsWith("compacted") ? Map.entry("min.cleanable.dirty.ratio", random.nextBoolean() ? "0.01" : "0.3")
            : Map.entry("index.interval.bytes", random.nextBoolean() ? "4096" : "1024"),
        topic.equals("plain-2") || topic.startsWith("compacted") ? Map.entry("segment.ms", random.nextBoolean() ? "3000" : "600000")
            : Map.entry("retention.bytes", Integer.toString(Place.MIN_RETENTION_BYTES * (1 + random.nextInt(3)))));
    Map.Entry<String, String> choice = choices.get(random.nextInt(choices.size()));
    try (Admin admin = admin()) {
      admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic),
          List.of(new AlterConfigOp(new ConfigEntry(choice.getKey(), choice.getValue()), AlterConfigOp.OpType.SET)))).all()
          .get(30, TimeUnit.SECONDS);
    }
    return topic + ": " + choice;
  }

  private String recreate() throws Exception {
    String topic = topic();
    writers.forEach(RunWriter::pause);
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(topic)).all().get(30, TimeUnit.SECONDS);
      createTopic(admin, topic);
      models.forEach((place, model) -> {
        if (place.topic().equals(topic)) {
          model.recreate();
        }
      });
    } finally {
      writers.forEach(RunWriter::resume);
    }
    engines.remove(topic);
    return "deletion of " + topic + ", and creation";
  }
}
