package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import io.margay.itests.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers whose listeners are all SASL_SSL, also those for each other, where they show certificates as well. Under load they get another user
 * to log in with, and a leader is killed.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class SecureClusterIT {
  private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%1$s\" password=\"%1$s-secret\";";
  private static final int RECORDS = 400;
  /** A little more than connections.max.reauth.ms: then each connection has logged in again. */
  private static final long ROTATION_MS = 11_000;

  @TempDir private Path directory;

  private Map<String, String> settings(int id, List<Integer> ports) {
    String certs = directory.resolve("certs").toString();
    Map<String, String> all = new HashMap<>();
    all.put("KAFKA_LISTENERS", "OUT://127.0.0.1:" + ports.get(id - 1) + ",PEER://127.0.0.1:" + ports.get(2 + id));
    all.put("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "OUT:SASL_SSL,PEER:SASL_SSL");
    all.put("KAFKA_INTER_BROKER_LISTENER_NAME", "PEER");
    all.put("KAFKA_LISTENER_NAME_PEER_SSL_CLIENT_AUTH", "required");
    all.put("KAFKA_SSL_KEYSTORE_TYPE", "PEM");
    all.put("KAFKA_SSL_KEYSTORE_LOCATION", certs + "/broker.pem");
    all.put("KAFKA_SSL_TRUSTSTORE_TYPE", "PEM");
    all.put("KAFKA_SSL_TRUSTSTORE_LOCATION", certs + "/ca.pem");
    all.put("KAFKA_SASL_ENABLED_MECHANISMS", "SCRAM-SHA-512");
    all.put("KAFKA_SASL_MECHANISM_INTER_BROKER_PROTOCOL", "SCRAM-SHA-512");
    all.put("KAFKA_LISTENER_NAME_PEER_SCRAM___SHA___512_SASL_JAAS_CONFIG", SCRAM.formatted("broker"));
    all.put("KAFKA_CONNECTIONS_MAX_REAUTH_MS", "10000");
    all.put("MARGAY_BOOTSTRAP_USERS",
        "SCRAM-SHA-512=[name=admin,password=admin-secret],SCRAM-SHA-512=[name=broker,password=broker-secret]");
    return all;
  }

  private Map<String, Object> client(Nodes nodes) {
    return new HashMap<>(Map.of("bootstrap.servers", nodes.bootstrap(), "security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-512",
        "sasl.jaas.config", SCRAM.formatted("admin"), "ssl.truststore.type", "PEM", "ssl.truststore.location",
        directory.resolve("certs/ca.pem").toString()));
  }

  @Test
  void whatIsAcknowledgedOutlivesALeader() throws Exception {
    try (Broker tool = Broker.prepare()) {
      tool.launcher("certs", "dev", directory.resolve("certs").toString()).ok();
    }
    List<Integer> ports = Ports.free(6);
    try (Nodes nodes = Nodes.started(3, id -> settings(id, ports)); Admin admin = Admin.create(client(nodes))) {
      admin.createTopics(List.of(new NewTopic("secure", 1, (short) 3).configs(Map.of("min.insync.replicas", "2")))).all().get(60, TimeUnit.SECONDS);
      Map<String, Object> producing = client(nodes);
      producing.put("acks", "all");
      producing.put("delivery.timeout.ms", "60000");
      producing.put("request.timeout.ms", "10000");
      try (KafkaProducer<String, String> producer = new KafkaProducer<>(producing, new StringSerializer(), new StringSerializer())) {
        for (int i = 0; i < RECORDS; i++) {
          if (i == RECORDS / 4) {
            rotate(admin, producer);
          }
          if (i == RECORDS / 2) {
            nodes.node(admin.describeTopics(List.of("secure")).allTopicNames().get(60, TimeUnit.SECONDS).get("secure").partitions().get(0).leader()
                .id()).kill();
          }
          producer.send(new ProducerRecord<>("secure", Integer.toString(i))).get(90, TimeUnit.SECONDS);
        }
      }
      assertThat(read(nodes)).as(nodes::logs).hasSize(RECORDS);
      for (int id = 1; id <= 3; id++) {
        assertThat(nodes.node(id).log()).doesNotContain("-secret", "A login failed", "its login has expired", "no answer to Sasl");
      }
    }
  }

  /** A new user, known to each broker, and the old one removed when nothing uses it any more; no request may fail meanwhile. */
  private static void rotate(Admin admin, KafkaProducer<String, String> producer) throws Exception {
    admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("peer", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
        "peer-secret"))).all().get(60, TimeUnit.SECONDS);
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    for (String id : List.of("1", "2", "3")) {
      changes.put(new ConfigResource(ConfigResource.Type.BROKER, id), List.of(new AlterConfigOp(
          new ConfigEntry("listener.name.peer.scram-sha-512.sasl.jaas.config", SCRAM.formatted("peer")), AlterConfigOp.OpType.SET)));
    }
    admin.incrementalAlterConfigs(changes).all().get(60, TimeUnit.SECONDS);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ROTATION_MS);
    while (System.nanoTime() < end) {
      producer.send(new ProducerRecord<>("secure", "0")).get(90, TimeUnit.SECONDS);
    }
    admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion("broker", ScramMechanism.SCRAM_SHA_512))).all().get(60, TimeUnit.SECONDS);
    assertThat(admin.describeConfigs(changes.keySet()).all().get(60, TimeUnit.SECONDS).toString()).contains("sasl.jaas.config")
        .doesNotContain("peer-secret");
  }

  private Set<String> read(Nodes nodes) {
    Set<String> seen = new HashSet<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(client(nodes), new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition("secure", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (seen.size() < RECORDS && System.nanoTime() < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(r -> seen.add(r.value()));
      }
    }
    return seen;
  }
}
