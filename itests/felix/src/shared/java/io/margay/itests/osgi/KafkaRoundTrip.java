package io.margay.itests.osgi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What the tests in containers have in common: an unmodified Java client outside of the container. */
public final class KafkaRoundTrip {
  private KafkaRoundTrip() { }

  /** @return a port of the loopback interface that was free a moment ago */
  public static int freePort() {
    try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return s.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until a broker answers: the client tries to connect until then, at most for three minutes. */
  public static void awaitBroker(String bootstrap) throws Exception {
    Map<String, Object> p = Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", 180_000, "request.timeout.ms", 5_000,
        "reconnect.backoff.max.ms", 200);
    try (Admin admin = Admin.create(p)) {
      admin.describeCluster().nodes().get(180, TimeUnit.SECONDS);
    }
  }

  /** Creates a topic. */
  public static void createTopic(String bootstrap, String topic, int partitions, Map<String, String> configs) throws Exception {
    try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get();
    }
  }

  /** Produces records "0", "1", ... with a codec. */
  public static void produce(String bootstrap, String topic, int records, String codec) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    Map<String, Object> p = Map.of("bootstrap.servers", bootstrap, "acks", "all", "enable.idempotence", true,
        "compression.type", codec);
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < records; i++) {
        sent.add(producer.send(new ProducerRecord<>(topic, 0, null, Integer.toString(i))));
      }
    }
    for (Future<RecordMetadata> f : sent) {
      f.get();
    }
  }

  /** Consumes as the only member of a group. @return the values, in the order in which they came */
  public static List<String> consume(String bootstrap, String topic, String group, int records) {
    Map<String, Object> p = Map.of("bootstrap.servers", bootstrap, "group.id", group, "auto.offset.reset", "earliest");
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (values.size() < records && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(500)).forEach(r -> values.add(r.value()));
      }
      consumer.commitSync();
    }
    return values;
  }
}
