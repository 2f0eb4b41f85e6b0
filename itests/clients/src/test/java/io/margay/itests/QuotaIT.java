package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Client quotas with the tool that sets them and the clients that they slow down. */
@Timeout(60)
class QuotaIT {
  private static final String CONFIGS = "kafka.admin.ConfigCommand";
  private static Broker broker;
  private static Admin admin;

  @BeforeAll
  static void start() throws Exception {
    broker = Broker.prepare().with("KAFKA_QUOTA_WINDOW_NUM", "2").start();
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap(), "client.id", "quota-admin"));
    admin.createTopics(List.of(new NewTopic("quotas", 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  private static void limit(String clientId, String quota, double value) throws Exception {
    admin.alterClientQuotas(List.of(new ClientQuotaAlteration(new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, clientId)),
        List.of(new ClientQuotaAlteration.Op(quota, value))))).all().get(20, TimeUnit.SECONDS);
  }

  private static KafkaProducer<byte[], byte[]> producer(String clientId) {
    return new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrap(), "client.id", clientId, "acks", "all", "linger.ms", "0"),
        new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static double metric(Map<MetricName, ? extends Metric> metrics, String name) {
    return metrics.entrySet().stream().filter(e -> e.getKey().name().equals(name) && e.getKey().tags().size() == 1)
        .mapToDouble(e -> (double) e.getValue().metricValue()).max().orElse(Double.NaN);
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, int records) throws Exception {
    for (int i = 0; i < records; i++) {
      producer.send(new ProducerRecord<>("quotas", new byte[10_000])).get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aProducerIsSlowedDownAlsoAfterAnUpdate() throws Exception {
    Run.tool(null, CONFIGS, "--bootstrap-server", broker.bootstrap(), "--alter", "--add-config", "producer_byte_rate=40000", "--entity-type", "clients",
        "--entity-name", "slow").ok();
    assertThat(admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get(20, TimeUnit.SECONDS)
        .get(new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "slow")))).containsEntry("producer_byte_rate", 40_000.0);
    try (KafkaProducer<byte[], byte[]> slow = producer("slow"); KafkaProducer<byte[], byte[]> other = producer("other")) {
      send(slow, 10);
      send(other, 10);
      assertThat(metric(slow.metrics(), "produce-throttle-time-max")).isPositive();
      assertThat(metric(other.metrics(), "produce-throttle-time-max")).isNotPositive();
    }
    broker.shell("update io.margay.quotas").ok();
    try (KafkaProducer<byte[], byte[]> slow = producer("slow")) {
      for (int i = 0; i < 50 && !(metric(slow.metrics(), "produce-throttle-time-max") > 0); i++) {
        send(slow, 5); // nothing is limited until the new version knows the quotas
      }
      assertThat(metric(slow.metrics(), "produce-throttle-time-max")).isPositive();
    }
  }

  @Test
  void aConsumerIsSlowedDownAndGetsAllRecords() throws Exception {
    limit("reader", "consumer_byte_rate", 40_000);
    try (KafkaProducer<byte[], byte[]> other = producer("filler")) {
      send(other, 15);
    }
    try (KafkaConsumer<byte[], byte[]> reader = new KafkaConsumer<>(Map.of("bootstrap.servers", broker.bootstrap(), "client.id", "reader"),
        new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition("quotas", 0);
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      long end = reader.endOffsets(List.of(partition)).get(partition);
      while (reader.position(partition) < Math.min(end, 15)) {
        reader.poll(Duration.ofMillis(200));
      }
      assertThat(metric(reader.metrics(), "fetch-throttle-time-max")).isPositive();
    }
  }

  @Test
  void partitionsAreCreatedNoFasterThanAllowed() throws Exception {
    limit("maker", "controller_mutation_rate", 1);
    try (Admin maker = Admin.create(Map.of("bootstrap.servers", broker.bootstrap(), "client.id", "maker"))) {
      maker.createTopics(List.of(new NewTopic("made", 14, (short) 1))).all().get(20, TimeUnit.SECONDS);
      assertThatThrownBy(() -> maker.createTopics(List.of(new NewTopic("late", 1, (short) 1)),
          new CreateTopicsOptions().retryOnQuotaViolation(false)).all().get(20, TimeUnit.SECONDS))
          .cause().isInstanceOfSatisfying(ThrottlingQuotaExceededException.class, e -> assertThat(e.throttleTimeMs()).isPositive());
      maker.createTopics(List.of(new NewTopic("late", 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void kcatIsToldToWait() throws Exception {
    Assumptions.assumeTrue(Run.available("kcat"), "kcat is not installed (apt-get install kcat)");
    limit("kcat", "producer_byte_rate", 20_000);
    byte[] lines = ("x".repeat(1_000) + "\n").repeat(60).getBytes(StandardCharsets.US_ASCII);
    Run run = Run.of(lines, "kcat", "-b", broker.bootstrap(), "-t", "quotas", "-P", "-X", "client.id=kcat", "-X", "batch.size=10000").ok();
    assertThat(run.output()).contains("throttled request");
  }

  @Test
  void connectionsFromAnAddressAreLimited() throws Exception {
    broker.shell("quota:set --ip 127.0.0.2 connection_creation_rate=1").ok();
    int port = Integer.parseInt(broker.bootstrap().substring(broker.bootstrap().indexOf(':') + 1));
    Socket[] sockets = new Socket[4];
    for (int i = 0; i < sockets.length; i++) {
      sockets[i] = new Socket();
      sockets[i].bind(new java.net.InetSocketAddress("127.0.0.2", 0));
      sockets[i].connect(new java.net.InetSocketAddress("127.0.0.1", port));
      sockets[i].setSoTimeout(20_000);
    }
    assertThat(sockets[3].getInputStream().read()).as("closed by the broker").isEqualTo(-1);
    for (Socket s : sockets) {
      s.close();
    }
    assertThat(broker.shell("quota:list --json").ok().output()).contains("connection_creation_rate");
  }
}
