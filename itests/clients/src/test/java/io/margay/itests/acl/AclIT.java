package io.margay.itests.acl;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Broker;
import io.margay.itests.Ports;
import io.margay.itests.Run;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A broker with an authorizer, under whose ACLs the clients are User:ANONYMOUS. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AclIT {
  private static final String ACLS = "org.apache.kafka.tools.AclCommand";
  private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
  private static final String TOPIC = "topic-" + Sweep.THERE;
  private static final String[] EVERYTHING = {"topic '*'", "group '*'", "transactional-id '*'", "cluster"};

  private static Broker broker;
  /** Where users log in. */
  private static String logins;

  @BeforeAll
  static void start() {
    int port = Ports.free(1).get(0);
    logins = "127.0.0.1:" + port;
    broker = Broker.prepare().with("KAFKA_AUTHORIZER_CLASS_NAME", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
        .with("KAFKA_SUPER_USERS", "User:admin").with("KAFKA_SASL_ENABLED_MECHANISMS", "PLAIN")
        .with("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:0,ADMIN://" + logins)
        .with("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,ADMIN:SASL_PLAINTEXT")
        .with("KAFKA_LISTENER_NAME_ADMIN_PLAIN_SASL_JAAS_CONFIG", "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " user_admin=\"admin\" user_alice=\"alice\";").start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static String shell(String command) {
    return broker.shell(command).ok().output();
  }

  private static void grant(String operations, String... resources) {
    shell(String.join(";", Arrays.stream(resources).map(r -> "acl:add User:ANONYMOUS " + operations + " " + r).toList()));
  }

  private static void revoke(String operations, String... resources) {
    shell(String.join(";", Arrays.stream(resources).map(r -> "acl:remove User:ANONYMOUS " + operations + " " + r).toList()));
  }

  private static Map<String, Object> config(Object... more) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", broker.bootstrap()));
    for (int i = 0; i < more.length; i += 2) {
      config.put((String) more[i], more[i + 1]);
    }
    return config;
  }

  private static KafkaProducer<String, String> producer(Object... more) {
    return new KafkaProducer<>(config(more), new StringSerializer(), new StringSerializer());
  }

  /** Makes the group and the transactional id that exist. */
  private static void makeState() throws Exception {
    grant("all", EVERYTHING);
    try (KafkaProducer<String, String> producer = producer("transactional.id", "txn-" + Sweep.THERE);
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(config("group.id", "group-" + Sweep.THERE),
            new StringDeserializer(), new StringDeserializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(TOPIC, "v")).get();
      producer.commitTransaction();
      consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
      consumer.commitSync(Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(1)), Duration.ofSeconds(30));
    }
    revoke("all", EVERYTHING);
  }

  private static String state() {
    return shell("topic:list --json; group:list --json; offset:show group-" + Sweep.THERE + " --json; txn:list --json; acl:list --json;"
        + " config:list topic " + TOPIC + " --json; offset:list " + TOPIC + " --json");
  }

  @Test
  void whoMayDoNothingLearnsAndChangesNothing() throws Exception {
    shell("topic:create " + TOPIC);
    makeState();
    String before = state();
    Sweep sweep = new Sweep(broker.port());
    assertThat(sweep.run(2)).isNull();
    assertThat(sweep.sent()).isGreaterThan(400);
    assertThat(state()).isEqualTo(before);
  }

  /** The first: some answers list everything that there is. */
  @Test
  @Order(1)
  void answersAreThoseOfKafka() throws Exception {
    List<String> expected;
    try (InputStream in = getClass().getResourceAsStream("/acl-answers.txt")) {
      expected = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    try (Admin admin = Comparison.admin(logins)) {
      List<String> got;
      try {
        got = Comparison.run(broker.port(), (removed, added) -> Comparison.change(admin, removed, added));
      } finally {
        admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get();
      }
      List<String> differences = new ArrayList<>();
      for (int i = 0; i < expected.size(); i++) {
        if (!expected.get(i).equals(got.get(i)) && !Comparison.differsOtherwise(expected.get(i), got.get(i))) {
          differences.add("\nKafka: " + expected.get(i) + "\nhere:  " + got.get(i));
        }
      }
      assertThat(differences).isEmpty();
      assertThat(got).hasSameSizeAs(expected);
    }
  }

  @Test
  void userWhoHasLoggedInMayDoWhatIsAllowedToIt() throws Exception {
    shell("topic:create of-alice; acl:add User:alice describe topic of- --prefixed");
    try (Admin alice = Admin.create(Comparison.login(logins, "alice")); Admin anonymous = Admin.create(config())) {
      assertThat(alice.listTopics().names().get()).containsExactly("of-alice");
      assertThat(anonymous.listTopics().names().get()).doesNotContain("of-alice");
      shell("acl:add User:alice describe topic of-alice --deny --host 127.0.0.1");
      assertThat(alice.listTopics().names().get()).as("denied on the same connection").isEmpty();
      shell("acl:remove User:alice describe topic of-alice --deny --host 127.0.0.1");
    } finally {
      shell("acl:remove User:alice describe topic of- --prefixed; topic:delete of-alice");
    }
  }

  @Test
  void stockToolAddsListsAndRemoves() {
    assertThat(acls("--list").output()).contains("ClusterAuthorizationException");
    grant("alter,describe", "cluster");
    try {
      acls("--add", "--allow-principal", "User:alice", "--operation", "Read", "--topic", "orders").ok();
      acls("--add", "--deny-principal", "User:bob", "--deny-host", "10.0.0.1", "--operation", "All", "--group", "g-",
          "--resource-pattern-type", "prefixed").ok();
      assertThat(acls("--list", "--topic", "orders").ok().output())
          .contains("(principal=User:alice, host=*, operation=READ, permissionType=ALLOW)").doesNotContain("bob");
      assertThat(shell("acl:list group g-1")).contains("User:bob", "10.0.0.1", "deny", "prefixed");
      acls("--remove", "--force", "--topic", "orders", "--allow-principal", "User:alice", "--operation", "Read").ok();
      assertThat(acls("--list").ok().output()).doesNotContain("alice").contains("User:bob");
      acls("--remove", "--force", "--group", "g-", "--resource-pattern-type", "prefixed").ok();
      assertThat(shell("acl:list group --json")).doesNotContain("bob");
    } finally {
      revoke("alter,describe", "cluster");
    }
  }

  private static Run acls(String... args) {
    List<String> all = new ArrayList<>(List.of("--bootstrap-server", broker.bootstrap()));
    all.addAll(List.of(args));
    return Run.tool(null, ACLS, all.toArray(String[]::new));
  }

  @Test
  void authorizerIsReplacedUnderLoad() throws Exception {
    shell("topic:create load");
    try (Admin admin = Admin.create(config()); KafkaProducer<String, String> producer = producer("delivery.timeout.ms", 60_000)) {
      assertThat(admin.listTopics().names().get()).isEmpty();
      assertThat(new Denied(producer).of("load")).isInstanceOf(TopicAuthorizationException.class);
      grant("write", "topic load");
      AtomicBoolean done = new AtomicBoolean();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      Thread load = new Thread(() -> {
        while (!done.get() && sent.size() < 2_000_000) {
          sent.add(producer.send(new ProducerRecord<>("load", "v")));
        }
      });
      load.start();
      for (int i = 0; i < 3; i++) {
        shell("update io.margay.acl");
      }
      String id = shell("lb -s io.margay.acl").lines().filter(l -> l.contains("|")).map(l -> l.split("\\|")[0].trim())
          .filter(l -> l.matches("\\d+")).findFirst().orElseThrow();
      shell("stop " + id);
      shell("start " + id);
      done.set(true);
      load.join();
      producer.flush();
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
      assertThat(sent).isNotEmpty();
      assertThat(admin.listTopics().names().get()).containsExactly("load");
      revoke("write", "topic load");
      assertThat(new Denied(producer).of("load")).isInstanceOf(TopicAuthorizationException.class);
    }
  }

  @Test
  void aLinkCarriesOverWhatMayBeRead() throws Exception {
    shell("topic:create linked; acl:add User:alice read topic link --prefixed; acl:add User:alice write,alter topic linked;"
        + " acl:add User:bob all topic linked --deny");
    String logins = "127.0.0.1:" + Ports.free(1).get(0);
    try (Broker target = Broker.prepare().with("KAFKA_AUTHORIZER_CLASS_NAME", "acl").with("KAFKA_SUPER_USERS", "User:ANONYMOUS;User:admin")
        .with("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:0,ADMIN://" + logins)
        .with("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,ADMIN:SASL_PLAINTEXT").with("KAFKA_SASL_ENABLED_MECHANISMS", "PLAIN")
        .with("KAFKA_LISTENER_NAME_ADMIN_PLAIN_SASL_JAAS_CONFIG", PLAIN + " required user_alice=\"alice\";")
        .with("KAFKA_LISTENER_NAME_WEST_SASL_MECHANISM_INTER_BROKER_PROTOCOL", "PLAIN")
        .with("KAFKA_LISTENER_NAME_WEST_PLAIN_SASL_JAAS_CONFIG", PLAIN + " required username=\"admin\" password=\"admin\";").start()) {
      target.shell("topic:create link-local").ok();
      target.shell("mirror:create west --source " + AclIT.logins + " --topics linked --mode prefixed -f security.protocol=SASL_PLAINTEXT"
          + " -f sync.interval.ms=200").ok();
      awaitAcls(target, "User:alice allow describe", "User:alice allow read", "User:bob deny all");
      try (Admin alice = Admin.create(Comparison.login(logins, "alice"))) {
        assertThat(alice.listTopics().names().get()).containsExactly("west.linked");
      }
      target.shell("acl:add User:carol read topic west.linked").ok();
      shell("acl:remove User:alice read topic link --prefixed; acl:remove User:bob all topic linked --deny");
      awaitAcls(target, "User:alice allow describe", "User:carol allow read");
    } finally {
      shell("acl:remove User:alice write,alter topic linked; topic:delete linked");
    }
  }

  private static void awaitAcls(Broker target, String... expected) throws InterruptedException {
    List<String> found = List.of();
    for (int i = 0; i < 150 && !found.equals(List.of(expected)); i++) {
      TimeUnit.MILLISECONDS.sleep(100);
      found = target.shell("acl:list topic west.linked").ok().output().lines().filter(line -> line.contains("west.linked"))
          .map(line -> line.strip().split(" +"))
          .map(row -> row[3] + " " + row[6] + " " + row[5]).sorted().toList();
    }
    assertThat(found).containsExactly(expected);
  }

  /** What a record ends with that may not be written. */
  private record Denied(KafkaProducer<String, String> producer) {
    Throwable of(String topic) throws InterruptedException {
      try {
        producer.send(new ProducerRecord<>(topic, "v")).get();
        return null;
      } catch (java.util.concurrent.ExecutionException e) {
        return e.getCause();
      }
    }
  }
}
