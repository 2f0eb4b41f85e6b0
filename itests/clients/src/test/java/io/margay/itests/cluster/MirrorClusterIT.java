package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import io.margay.itests.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** The target is a cluster: each partition is mirrored by its leader, and replicated from there. */
class MirrorClusterIT {
  private static final int WAIT_SECONDS = 60;
  private static final int PARTITIONS = 3;

  private static Properties properties(String bootstrap) {
    Properties p = new Properties();
    p.putAll(Clients.of(bootstrap));
    return p;
  }

  private static void produce(Broker source, int from, int to) {
    Properties p = properties(source.bootstrap());
    p.put("batch.size", "200");
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {
      for (int i = from; i < to; i++) {
        producer.send(new ProducerRecord<>("orders", i % PARTITIONS, "key" + i, "value" + i));
      }
    }
  }

  private static Map<Integer, Long> offsets(Admin admin, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (int i = 0; i < PARTITIONS; i++) {
      asked.put(new TopicPartition("orders", i), spec);
    }
    Map<Integer, Long> offsets = new HashMap<>();
    try {
      admin.listOffsets(asked).all().get(20, TimeUnit.SECONDS).forEach((tp, found) -> offsets.put(tp.partition(), found.offset()));
    } catch (Exception e) {
      // not there yet, or a leader is missing for a moment
      return Map.of();
    }
    return offsets;
  }

  private static void await(String what, Nodes nodes, BooleanSupplier done) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!done.getAsBoolean()) {
      assertThat(System.nanoTime()).as(() -> what + "\n" + nodes.logs()).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  @Test
  void anotherBrokerGoesOnWhenTheLeaderDiesAndReplicasFollowTheStartOfTheSource() throws Exception {
    try (Broker source = Broker.started(); Nodes target = Nodes.started(3, Map.of()); Admin there = Admin.create(properties(source.bootstrap()));
        Admin here = Admin.create(properties(target.bootstrap()))) {
      there.createTopics(List.of(new NewTopic("orders", PARTITIONS, (short) 1))).all().get();
      produce(source, 0, 3_000);
      target.node(1).shell("mirror:create west --source " + source.bootstrap() + " --topics orders -f sync.interval.ms=300 "
          + "-f replication.factor=3").ok();
      await("all records are mirrored", target, () -> offsets(here, OffsetSpec.latest()).equals(offsets(there, OffsetSpec.latest())));
      target.node(2).kill();
      produce(source, 3_000, 6_000);
      await("other leaders go on", target, () -> offsets(here, OffsetSpec.latest()).equals(offsets(there, OffsetSpec.latest())));
      assertThat(target.node(1).shell("mirror:diff west").ok().output()).contains("true").doesNotContain("false");
      target.startMissing();
      // the source deletes what is mirrored, and, while the link is paused, what is not
      target.node(1).shell("mirror:pause west").ok();
      produce(source, 6_000, 9_000);
      Map<TopicPartition, RecordsToDelete> deleted = new HashMap<>();
      for (int i = 0; i < PARTITIONS; i++) {
        deleted.put(new TopicPartition("orders", i), RecordsToDelete.beforeOffset(2_500));
      }
      there.deleteRecords(deleted).all().get();
      target.node(1).shell("mirror:resume west").ok();
      await("the mirror begins where the source does", target, () -> offsets(here, OffsetSpec.earliest()).equals(offsets(there,
          OffsetSpec.earliest())) && offsets(here, OffsetSpec.latest()).equals(offsets(there, OffsetSpec.latest())));
      await("all replicas are in sync", target, () -> {
        try {
          return here.describeTopics(List.of("orders")).allTopicNames().get().get("orders").partitions().stream()
              .allMatch(p -> p.isr().size() == 3);
        } catch (Exception e) {
          return false;
        }
      });
      String described = target.node(1).shell("mirror:describe west --json").ok().output();
      assertThat(described.split("\"lag\" : 0,", -1)).as(described).hasSize(PARTITIONS + 1);
      assertThat(target.node(1).shell("mirror:diff west").ok().output()).contains("true").doesNotContain("false");
    }
  }

  /** The values of a topic that readers of what is committed see. */
  private static List<String> committed(String bootstrap, String topic) {
    Properties p = properties(bootstrap);
    p.put("isolation.level", "read_committed");
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(info -> new TopicPartition(topic, info.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(tp -> consumer.position(tp) < ends.get(tp))) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  @Test
  void anotherBrokerPartitionsAgainWhenTheReaderDies() throws Exception {
    try (Broker source = Broker.started(); Nodes target = Nodes.started(3, Map.of()); Admin there = Admin.create(properties(source.bootstrap()));
        Admin here = Admin.create(properties(target.bootstrap()))) {
      there.createTopics(List.of(new NewTopic("orders", PARTITIONS, (short) 1))).all().get();
      produce(source, 0, 1_500);
      target.node(1).shell("mirror:create west --source " + source.bootstrap() + " --topics orders --mode repartitioned -f partitions=5 "
          + "-f prefix=re- -f sync.interval.ms=300 -f replication.factor=3").ok();
      await("the topic is there", target, () -> {
        try {
          return here.listTopics().names().get().contains("re-orders");
        } catch (Exception e) {
          return false;
        }
      });
      await("records are written", target, () -> committed(target.bootstrap(), "re-orders").size() >= 500);
      target.node(2).kill();
      produce(source, 1_500, 3_000);
      await("other readers go on", target, () -> committed(target.bootstrap(), "re-orders").size() >= 3_000);
      assertThat(committed(target.bootstrap(), "re-orders")).doesNotHaveDuplicates().hasSize(3_000);
    }
  }
}
