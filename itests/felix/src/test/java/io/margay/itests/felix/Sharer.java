package io.margay.itests.felix;

import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;

/** A stock member of a share group of its own, which accepts all records of a topic of its own. Each is delivered once. */
final class Sharer {
  private static final int RECORDS = 10;

  private final String topic;
  private final KafkaProducer<Integer, Integer> producer;
  private final KafkaShareConsumer<Integer, Integer> consumer;
  private int next;

  Sharer(FelixBroker broker, String beside) throws Exception {
    this.topic = beside + "-shared";
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, Map.of());
    try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrap()))) {
      admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, topic),
          List.of(new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET)))).all().get();
    }
    this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrap()), new IntegerSerializer(), new IntegerSerializer());
    this.consumer = new KafkaShareConsumer<>(Map.of("bootstrap.servers", broker.bootstrap(), "group.id", topic,
        "share.acknowledgement.mode", "explicit"), new IntegerDeserializer(), new IntegerDeserializer());
    consumer.subscribe(List.of(topic));
  }

  /** Sends some records, gets each of them once, and accepts them. @throws IllegalStateException when it is otherwise */
  void share() {
    List<Integer> wanted = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      wanted.add(next);
      producer.send(new ProducerRecord<>(topic, next % Traffic.PARTITIONS, next, next));
      next++;
    }
    producer.flush();
    while (!wanted.isEmpty()) {
      for (ConsumerRecord<Integer, Integer> r : consumer.poll(Duration.ofMillis(100))) {
        if (!wanted.remove(r.value()) || r.deliveryCount().orElseThrow() != 1) {
          throw new IllegalStateException("record " + r.value() + " was delivered for the " + r.deliveryCount().orElseThrow() + ". time");
        }
        consumer.acknowledge(r, AcknowledgeType.ACCEPT);
      }
      consumer.commitSync().forEach((tp, error) -> {
        if (error.isPresent()) {
          throw new IllegalStateException("an acknowledgement for " + tp + " was refused", error.get());
        }
      });
    }
  }

  void close() {
    producer.close();
    consumer.close();
  }
}
