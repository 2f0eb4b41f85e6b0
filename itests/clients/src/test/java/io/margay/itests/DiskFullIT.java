package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.IntegerDeserializer;
import org.apache.kafka.common.serialization.IntegerSerializer;
import org.junit.jupiter.api.Test;

/**
 * A disk that takes no more of a log, as clients see it. A limit on the size of files, which needs no privileges, stands for the
 * full disk: writes beyond it fail in the running broker, whatever the file.
 */
class DiskFullIT {
  private static final TopicPartition FULL = new TopicPartition("full", 0);
  private static final TopicPartition OTHER = new TopicPartition("other", 0);
  private static final int LIMIT_BYTES = 4 << 20;
  private static final int RECORD_BYTES = 100_000;

  @Test
  void theProducerLearnsOfItTheBrokerGoesOnAndNothingAcknowledgedIsLost() throws Exception {
    try (Broker broker = Broker.started()) {
      List<Integer> acknowledged = new ArrayList<>();
      try (KafkaProducer<Integer, byte[]> producer = producer(broker)) {
        Throwable refusal = sendUntilRefused(broker, producer, acknowledged);
        assertThat(refusal).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(KafkaStorageException.class);
        assertThat(acknowledged).hasSizeGreaterThan(LIMIT_BYTES / RECORD_BYTES / 2);
        assertThat(catchThrowable(() -> send(producer, FULL, -1))).hasCauseInstanceOf(KafkaStorageException.class);
        // All else goes on, in the same log directory and over the same connection.
        send(producer, OTHER, 1);
        send(producer, OTHER, 2);
      }
      assertThat(nodes(broker)).isEqualTo(1);
      assertThat(read(broker, OTHER)).containsExactly(1, 2);
      assertThat(broker.log()).contains("full").contains("offline");
      broker.stop();
      broker.start();
      assertThat(read(broker, FULL)).containsExactlyElementsOf(acknowledged);
      assertThat(read(broker, OTHER)).containsExactly(1, 2);
      try (KafkaProducer<Integer, byte[]> producer = producer(broker)) {
        send(producer, FULL, 1_000_000);
      }
      acknowledged.add(1_000_000);
      assertThat(read(broker, FULL)).containsExactlyElementsOf(acknowledged);
    }
  }

  @Test
  void whenTheDiskHasRoomAgainAProducerGoesOnWithoutARestart() throws Exception {
    try (Broker broker = Broker.started()) {
      List<Integer> acknowledged = new ArrayList<>();
      try (KafkaProducer<Integer, byte[]> producer = producer(broker)) {
        Throwable refusal = sendUntilRefused(broker, producer, acknowledged);
        assertThat(refusal).hasCauseInstanceOf(KafkaStorageException.class);
        limit(broker, "unlimited");
      }
      // One with the retries that producers have by default waits until the log is back.
      try (KafkaProducer<Integer, byte[]> patient = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrap(), "acks", "all"),
          new IntegerSerializer(), new ByteArraySerializer())) {
        for (int i = 1_000; i < 1_100; i++) {
          send(patient, FULL, i);
          acknowledged.add(i);
        }
      }
      assertThat(read(broker, FULL)).containsExactlyElementsOf(acknowledged);
      assertThat(broker.log()).contains("is offline").contains("in use again");
      broker.stop();
      broker.start();
      assertThat(read(broker, FULL)).containsExactlyElementsOf(acknowledged);
    }
  }

  /** Fills the log up to a limit that it sets. Returns why the record after the last acknowledged one was refused, or null. */
  private static Throwable sendUntilRefused(Broker broker, KafkaProducer<Integer, byte[]> producer, List<Integer> acknowledged)
      throws Exception {
    send(producer, FULL, 0);
    acknowledged.add(0);
    limit(broker, Integer.toString(LIMIT_BYTES));
    Throwable refusal = null;
    for (int i = 1; i <= 2 * LIMIT_BYTES / RECORD_BYTES && refusal == null; i++) {
      int n = i;
      refusal = catchThrowable(() -> send(producer, FULL, n));
      if (refusal == null) {
        acknowledged.add(n);
      }
    }
    return refusal;
  }

  private static void limit(Broker broker, String bytes) throws Exception {
    Run limit = Run.of(null, "prlimit", "--pid", Long.toString(broker.pid()), "--fsize=" + bytes + ":unlimited");
    assertThat(limit.exit()).as(limit.output()).isZero();
  }

  /** Without retries, so that each answer of the broker is seen. */
  private static KafkaProducer<Integer, byte[]> producer(Broker broker) {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    p.put("acks", "all");
    p.put("enable.idempotence", "false");
    p.put("retries", "0");
    return new KafkaProducer<>(p, new IntegerSerializer(), new ByteArraySerializer());
  }

  private static void send(KafkaProducer<Integer, byte[]> producer, TopicPartition to, int n) throws Exception {
    byte[] value = new byte[RECORD_BYTES];
    Arrays.fill(value, (byte) n);
    producer.send(new ProducerRecord<>(to.topic(), to.partition(), n, value)).get(60, TimeUnit.SECONDS);
  }

  private static int nodes(Broker broker) throws Exception {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    try (Admin admin = Admin.create(p)) {
      return admin.describeCluster().nodes().get(30, TimeUnit.SECONDS).size();
    }
  }

  private static List<Integer> read(Broker broker, TopicPartition from) {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    p.put("enable.auto.commit", "false");
    List<Integer> found = new ArrayList<>();
    try (KafkaConsumer<Integer, byte[]> consumer =
        new KafkaConsumer<>(p, new IntegerDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(from));
      consumer.seekToBeginning(List.of(from));
      long end = consumer.endOffsets(List.of(from)).get(from);
      while (consumer.position(from) < end) {
        for (ConsumerRecord<Integer, byte[]> r : consumer.poll(Duration.ofSeconds(5))) {
          assertThat(r.value()).hasSize(RECORD_BYTES).containsOnly((byte) (int) r.key());
          found.add(r.key());
        }
      }
    }
    return found;
  }
}
