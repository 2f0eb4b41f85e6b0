package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.itests.Clients;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Three brokers on which nothing is open. Brokers and the administrator are super users, alice may write to one topic, and all of it holds
 * when a leader is killed. What was changed and denied is recorded on each broker, and in a topic.
 */
@Secured
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class AuthorizedClusterIT {
  private static final int RECORDS = 200;

  private static Map<String, Object> client(Nodes nodes, String user) {
    Map<String, Object> settings = Clients.of(nodes.bootstrap(), "request.timeout.ms", "10000");
    settings.putAll(Secured.Settings.client(user));
    return settings;
  }

  @Test
  void whatIsDeniedStaysDeniedWhenALeaderIsKilled() throws Exception {
    try (Nodes nodes = Nodes.started(3, Map.of("MARGAY_AUDIT_SINKS", "file,topic")); Admin admin = Admin.create(client(nodes, Secured.ADMIN))) {
      try {
        prepare(admin);
      } catch (TimeoutException e) {
        throw new AssertionError("the cluster does not get ready: " + nodes.logs(), e);
      }
      Map<String, Object> producing = client(nodes, "alice");
      producing.put("acks", "all");
      producing.put("delivery.timeout.ms", "60000");
      producing.put("enable.idempotence", "false");
      Map<String, Object> impatient = new HashMap<>(producing);
      impatient.put("max.block.ms", "20000");
      try (KafkaProducer<String, String> producer = new KafkaProducer<>(producing, new StringSerializer(), new StringSerializer());
          KafkaProducer<String, String> other = new KafkaProducer<>(impatient, new StringSerializer(), new StringSerializer())) {
        denied(other);
        for (int i = 0; i < RECORDS; i++) {
          if (i == RECORDS / 2) {
            nodes.node(admin.describeTopics(List.of("orders")).allTopicNames().get(60, TimeUnit.SECONDS).get("orders").partitions().get(0).leader()
                .id()).kill();
          }
          producer.send(new ProducerRecord<>("orders", Integer.toString(i))).get(90, TimeUnit.SECONDS);
        }
        denied(other);
      }
      assertThat(read(nodes, "orders", RECORDS, r -> true)).as(nodes::logs).hasSize(RECORDS);
      Set<String> recorded = read(nodes, "__margay_audit", 2, r -> r.contains("\"kind\":\"denied\"") && r.contains("User:alice")
          && r.contains("\"name\":\"payroll\"") || r.contains("\"action\":\"CreateAcls\"") && r.contains("User:admin"));
      assertThat(recorded).as(nodes::logs).hasSizeGreaterThanOrEqualTo(2).noneMatch(r -> r.contains("-secret"));
    }
  }

  private static void prepare(Admin admin) throws Exception {
    admin.createTopics(List.of(topic("orders"), topic("payroll"))).all().get(60, TimeUnit.SECONDS);
    admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("alice", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
        "alice-secret"))).all().get(60, TimeUnit.SECONDS);
    admin.createAcls(List.of(new AclBinding(new ResourcePattern(ResourceType.TOPIC, "orders", PatternType.LITERAL),
        new AccessControlEntry("User:alice", "*", AclOperation.WRITE, AclPermissionType.ALLOW)))).all().get(60, TimeUnit.SECONDS);
  }

  private static NewTopic topic(String name) {
    return new NewTopic(name, 1, (short) 3).configs(Map.of("min.insync.replicas", "2"));
  }

  private static void denied(KafkaProducer<String, String> producer) {
    assertThatThrownBy(() -> producer.send(new ProducerRecord<>("payroll", "mine")).get(60, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TopicAuthorizationException.class);
  }

  private static Set<String> read(Nodes nodes, String topic, int count, Predicate<String> which) {
    Set<String> seen = new HashSet<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(client(nodes, Secured.ADMIN), new StringDeserializer(), new StringDeserializer())) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (seen.size() < count && System.nanoTime() < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(r -> {
          if (which.test(r.value())) {
            seen.add(r.value());
          }
        });
      }
    }
    return seen;
  }
}
