package io.margay.itests.felix;

import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;

/** A stock producer of transactions: each has records for all partitions of a topic of its own, and an offset of a group. */
final class Transactor {
  private static final int RECORDS = 10;

  private final String bootstrap;
  private final String topic;
  private final String group;
  private final KafkaProducer<Integer, Integer> producer;
  private int transactions;

  Transactor(FelixBroker broker, String beside) throws Exception {
    this.bootstrap = broker.bootstrap();
    this.topic = beside + "-transactions";
    this.group = beside + "-transactor";
    KafkaRoundTrip.createTopic(bootstrap, topic, Traffic.PARTITIONS, Map.of());
    this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap, "transactional.id", group), new IntegerSerializer(),
        new IntegerSerializer());
    producer.initTransactions();
  }

  /** Commits a transaction. @throws Exception when the producer reports any error, of a record or of the transaction */
  void commit() throws Exception {
    producer.beginTransaction();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      int number = transactions * RECORDS + i;
      sent.add(producer.send(new ProducerRecord<>(topic, number % Traffic.PARTITIONS, number, number)));
    }
    producer.sendOffsetsToTransaction(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(transactions + 1)),
        new ConsumerGroupMetadata(group));
    producer.commitTransaction();
    for (Future<RecordMetadata> record : sent) {
      record.get();
    }
    transactions++;
  }

  /** Ends, and reads what was committed. @throws IllegalStateException when it is not exactly what was sent */
  void close() {
    producer.close();
    List<Integer> read = new ArrayList<>();
    List<TopicPartition> partitions = IntStream.range(0, Traffic.PARTITIONS).mapToObj(p -> new TopicPartition(topic, p)).toList();
    try (KafkaConsumer<Integer, Integer> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap, "group.id", group,
        "isolation.level", "read_committed", "enable.auto.commit", false), new IntegerDeserializer(), new IntegerDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(tp -> consumer.position(tp) < ends.get(tp))) {
        for (ConsumerRecord<Integer, Integer> r : consumer.poll(Duration.ofMillis(100))) {
          read.add(r.value());
        }
      }
      long offset = consumer.committed(Set.of(partitions.get(0))).get(partitions.get(0)).offset();
      List<Integer> expected = IntStream.range(0, transactions * RECORDS).boxed().toList();
      if (offset != transactions || !read.stream().sorted().toList().equals(expected)) {
        throw new IllegalStateException(transactions + " transactions were committed, but " + read.size() + " records and the offset " + offset
            + " are visible");
      }
    }
  }
}
