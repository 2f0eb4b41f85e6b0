package io.margay.itests;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Small pieces of work with the Java client, on partition 0 of a topic. */
final class RoundTripTopic {
  private RoundTripTopic() { }

  /** Writes records "0", "1", ... and waits for every acknowledgement. */
  static void fill(String bootstrap, String topic, int records) throws Exception {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("acks", "all");
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {
      Future<RecordMetadata> last = null;
      for (int i = 0; i < records; i++) {
        last = producer.send(new ProducerRecord<>(topic, 0, null, Integer.toString(i)));
      }
      producer.flush();
      last.get();
    }
  }

  private static KafkaConsumer<String, String> consumer(String bootstrap, Map<String, String> more) {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("auto.offset.reset", "earliest");
    p.put("enable.auto.commit", "false");
    p.putAll(more);
    return new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
  }

  /** Reads all that is there. @return how many records, which were "0", "1", ... in order */
  static int count(String bootstrap, String topic) {
    TopicPartition tp = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> c = consumer(bootstrap, Map.of())) {
      c.assign(List.of(tp));
      long end = c.endOffsets(List.of(tp)).get(tp);
      int n = 0;
      while (c.position(tp) < end) {
        for (ConsumerRecord<String, String> r : c.poll(Duration.ofSeconds(5))) {
          if (!r.value().equals(Integer.toString(n))) {
            throw new AssertionError("expected " + n + " at offset " + r.offset() + " but found " + r.value());
          }
          n++;
        }
      }
      return n;
    }
  }

  /** Reads up to so many records as a member of a group, in order from where the group stands, and commits. @return how many */
  static int consumeInGroup(String bootstrap, String topic, String group, int records) {
    try (KafkaConsumer<String, String> c = consumer(bootstrap, Map.of("group.id", group))) {
      c.subscribe(List.of(topic));
      int n = 0;
      int previous = -1;
      for (long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos(); n < records && System.nanoTime() < deadline;) {
        for (ConsumerRecord<String, String> r : c.poll(Duration.ofMillis(500))) {
          int value = Integer.parseInt(r.value());
          if (n < records) {
            if (previous >= 0 && value != previous + 1) {
              throw new AssertionError("expected " + (previous + 1) + " but found " + value);
            }
            previous = value;
            n++;
            c.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(r.offset() + 1)));
          }
        }
      }
      return n;
    }
  }
}
