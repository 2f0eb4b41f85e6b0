package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A leader is killed while a share group rejects records: each has one letter. With {@code -Dletters.cluster=true}. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@EnabledIfSystemProperty(named = "letters.cluster", matches = "true")
class DeadLetterFailoverIT {
  private static final String NAME = "letters";
  private static final String LETTERS = "dlq.letters";
  private static final int PARTITIONS = 4;
  private static final int RECORDS = 800;

  private static void configure(Admin admin, String... config) throws Exception {
    List<AlterConfigOp> ops = IntStream.range(0, config.length / 2).mapToObj(i ->
        new AlterConfigOp(new ConfigEntry(config[2 * i], config[2 * i + 1]), AlterConfigOp.OpType.SET)).toList();
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, NAME), ops)).all().get();
  }

  private static void produce(String bootstrap) {
    try (var producer = new KafkaProducer<>(Clients.of(bootstrap), new IntegerSerializer(),
        new IntegerSerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        producer.send(new ProducerRecord<>(NAME, i % PARTITIONS, i, i));
        if (i % 40 == 39) {
          producer.flush();
        }
      }
    }
  }

  private static Map<String, Integer> letters(String bootstrap) {
    Map<String, Integer> letters = new TreeMap<>();
    try (KafkaConsumer<Integer, Integer> consumer = new KafkaConsumer<>(Clients.of(bootstrap, "auto.offset.reset", "earliest"),
        new IntegerDeserializer(), new IntegerDeserializer())) {
      consumer.assign(consumer.partitionsFor(LETTERS).stream().map(p -> new TopicPartition(p.topic(), p.partition())).toList());
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      boolean more = true;
      while (more) {
        var some = consumer.poll(Duration.ofMillis(2_000));
        for (ConsumerRecord<Integer, Integer> r : some) {
          letters.merge(new String(r.headers().lastHeader("__dlq.errors.partition").value(), StandardCharsets.UTF_8) + "-"
              + new String(r.headers().lastHeader("__dlq.errors.offset").value(), StandardCharsets.UTF_8), 1, Integer::sum);
        }
        assertThat(System.nanoTime()).as("letters: " + letters.size()).isLessThan(deadline);
        more = letters.size() < RECORDS || !some.isEmpty();
      }
    }
    return letters;
  }

  @Test
  void eachRecordHasOneLetterWhenALeaderIsKilled() throws Exception {
    try (Nodes nodes = Nodes.started(3, Map.of("KAFKA_BROKER_SESSION_TIMEOUT_MS", "2000", "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "500",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "3", "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3", "KAFKA_DEFAULT_REPLICATION_FACTOR", "3",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "3", "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS", "3",
        "KAFKA_NUM_PARTITIONS", "2", "KAFKA_ERRORS_DEADLETTERQUEUE_AUTO_CREATE_TOPICS_ENABLE", "true"));
        ClusterView view = new ClusterView(nodes); Admin admin = Admin.create(Clients.of(nodes.bootstrap()))) {
      view.awaitAllBrokers();
      view.create(new NewTopic(NAME, PARTITIONS, (short) 3));
      view.awaitInSync(NAME, PARTITIONS);
      configure(admin, "share.auto.offset.reset", "earliest", "errors.deadletterqueue.topic.name", LETTERS);
      produce(nodes.bootstrap());
      Set<Integer> rejected = new HashSet<>();
      try (KafkaShareConsumer<Integer, Integer> consumer = new KafkaShareConsumer<>(Clients.of(nodes.bootstrap(), "group.id", NAME,
          "share.acknowledgement.mode", "explicit", "max.poll.records", "20"), new IntegerDeserializer(), new IntegerDeserializer())) {
        consumer.subscribe(List.of(NAME));
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        int killed = 0;
        while (rejected.size() < RECORDS) {
          assertThat(System.nanoTime()).as("rejected: " + rejected.size()).isLessThan(deadline);
          consumer.poll(Duration.ofMillis(200)).forEach(r -> {
            consumer.acknowledge(r, AcknowledgeType.REJECT);
            rejected.add(r.value());
          });
          consumer.commitSync();
          if (killed == 0 && rejected.size() > RECORDS / 3) {
            killed = view.leader(NAME, 0);
            nodes.node(killed).kill();
          }
        }
        nodes.node(killed).start();
      }
      Map<String, Integer> letters = letters(nodes.bootstrap());
      assertThat(letters).hasSize(RECORDS);
      assertThat(letters.values()).as("letters of each record").containsOnly(1);
    }
  }
}
