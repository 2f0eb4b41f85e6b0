package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dead letter queues of share groups (KIP-1191) with the stock Java client. */
@Timeout(90)
class DeadLetterIT {
  private static final int RECORDS = 200;

  private static void configure(Admin admin, ConfigResource.Type type, String name, String... config) throws Exception {
    List<AlterConfigOp> ops = new ArrayList<>();
    for (int i = 0; i < config.length; i += 2) {
      ops.add(new AlterConfigOp(new ConfigEntry(config[i], config[i + 1]), AlterConfigOp.OpType.SET));
    }
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), ops)).all().get();
  }

  private static KafkaShareConsumer<String, String> member(Broker broker, String group) {
    KafkaShareConsumer<String, String> member = new KafkaShareConsumer<>(Map.of("bootstrap.servers", broker.bootstrap(), "group.id", group,
        "share.acknowledgement.mode", "explicit", "max.poll.records", "20"), new StringDeserializer(), new StringDeserializer());
    member.subscribe(List.of("t"));
    return member;
  }

  private static String header(ConsumerRecord<String, String> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Letters by the offset of their record; waits until there are so many, and a moment for one too many. */
  private static Map<Long, List<ConsumerRecord<String, String>>> letters(Broker broker, String topic, int count) {
    Map<Long, List<ConsumerRecord<String, String>>> letters = new TreeMap<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", broker.bootstrap(), "auto.offset.reset",
        "earliest"), new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
      int got = 0;
      boolean more = true;
      while (more) {
        var some = consumer.poll(Duration.ofMillis(1_000));
        some.forEach(r -> letters.computeIfAbsent(Long.parseLong(header(r, "__dlq.errors.offset")), o -> new ArrayList<>()).add(r));
        got += some.count();
        more = got < count || !some.isEmpty();
        assertThat(System.nanoTime()).as("letters: " + got).isLessThan(deadline);
      }
    }
    return letters;
  }

  @Test
  void eachRejectedRecordHasOneLetterAlsoWhenTheBrokerIsKilled() throws Exception {
    Broker broker = Broker.prepare().with("KAFKA_GROUP_SHARE_MIN_HEARTBEAT_INTERVAL_MS", "200").with("KAFKA_GROUP_SHARE_HEARTBEAT_INTERVAL_MS", "200")
        .with("KAFKA_GROUP_SHARE_ASSIGNMENT_INTERVAL_MS", "0").with("KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "1")
        .with("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS", "1").with("KAFKA_ERRORS_DEADLETTERQUEUE_AUTO_CREATE_TOPICS_ENABLE", "true")
        .start();
    try (broker; Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
      configure(admin, ConfigResource.Type.GROUP, "g", "share.auto.offset.reset", "earliest", "errors.deadletterqueue.topic.name", "dlq.g",
          "errors.deadletterqueue.copy.record.enable", "true", "share.delivery.count.limit", "2");
      try (KafkaProducer<String, String> producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrap()), new StringSerializer(),
          new StringSerializer())) {
        for (int i = 0; i < RECORDS; i++) {
          producer.send(new ProducerRecord<>("t", "k" + i, "v" + i));
          if (i % 20 == 19) {
            // a member gets whole batches
            producer.flush();
          }
        }
      }
      Map<Long, Short> rejected = new HashMap<>();
      try (KafkaShareConsumer<String, String> member = member(broker, "g")) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        boolean killed = false;
        while (rejected.size() < RECORDS / 4 * 3) {
          assertThat(System.nanoTime()).as("rejected: " + rejected.size()).isLessThan(deadline);
          member.poll(Duration.ofMillis(200)).forEach(r -> {
            // of four records one is accepted, two are rejected, and one is released until it was delivered too often
            AcknowledgeType type = r.offset() % 4 == 0 ? AcknowledgeType.ACCEPT
                : r.offset() % 4 == 3 ? AcknowledgeType.RELEASE : AcknowledgeType.REJECT;
            member.acknowledge(r, type);
            if (type == AcknowledgeType.REJECT || type == AcknowledgeType.RELEASE && r.deliveryCount().orElseThrow() == 2) {
              rejected.put(r.offset(), r.deliveryCount().orElseThrow());
            }
          });
          member.commitSync();
          if (!killed && rejected.size() > RECORDS / 4) {
            killed = true;
            broker.kill();
            broker.start();
          }
        }
      }
      Map<Long, List<ConsumerRecord<String, String>>> letters = letters(broker, "dlq.g", rejected.size());
      assertThat(letters.keySet()).isEqualTo(new TreeMap<>(rejected).keySet());
      assertThat(letters.values()).allSatisfy(same -> assertThat(same).as("letters of one record").hasSize(1));
      ConsumerRecord<String, String> one = letters.get(1L).get(0);
      assertThat(one.key()).isEqualTo("k1");
      assertThat(one.value()).isEqualTo("v1");
      assertThat(header(one, "__dlq.errors.topic") + header(one, "__dlq.errors.partition") + header(one, "__dlq.errors.group")).isEqualTo("t0g");
      assertThat(header(one, "__dlq.errors.delivery.count")).isEqualTo("1");
      assertThat(header(letters.get((long) RECORDS - 2).get(0), "__dlq.errors.message")).isEqualTo("Offset rejected by client.");
      ConsumerRecord<String, String> late = letters.get((long) RECORDS - 1).get(0);
      assertThat(header(late, "__dlq.errors.message")).isEqualTo("Offset delivery count exceeded the threshold.");
      assertThat(header(late, "__dlq.errors.delivery.count")).isEqualTo("2");
      noTopicThatIsNotMarked(admin, broker);
    }
  }

  /** A topic that is not meant for it gets no letters, and the group goes on. */
  private static void noTopicThatIsNotMarked(Admin admin, Broker broker) throws Exception {
    admin.createTopics(List.of(new NewTopic("dlq.other", 1, (short) 1))).all().get();
    configure(admin, ConfigResource.Type.GROUP, "g2", "share.auto.offset.reset", "earliest", "errors.deadletterqueue.topic.name", "dlq.other");
    try (KafkaShareConsumer<String, String> member = member(broker, "g2")) {
      int rejected = 0;
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (rejected < RECORDS) {
        assertThat(System.nanoTime()).as("rejected: " + rejected).isLessThan(deadline);
        for (ConsumerRecord<String, String> r : member.poll(Duration.ofMillis(200))) {
          member.acknowledge(r, AcknowledgeType.REJECT);
          rejected++;
        }
        member.commitSync();
      }
    }
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", broker.bootstrap()), new StringDeserializer(),
        new StringDeserializer())) {
      TopicPartition tp = new TopicPartition("dlq.other", 0);
      assertThat(consumer.endOffsets(List.of(tp)).get(tp)).isZero();
    }
  }
}
