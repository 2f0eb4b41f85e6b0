package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The consumer protocol (KIP-848) with the real Java client: members come, go, change their protocol, and the broker is killed and updated. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConsumerProtocolIT {
  private static final String TOOL = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
  private static Broker broker;
  private static Admin admin;

  private final GroupWorker.Seen seen = new GroupWorker.Seen();
  private final List<GroupWorker> workers = new ArrayList<>();
  private int produced;

  @BeforeAll
  static void start() {
    broker = Broker.started();
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  private static void topic(String name, int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
  }

  private void produce(String topic, int partitions, int records) {
    Map<String, Object> p = Map.of("bootstrap.servers", broker.bootstrap(), "delivery.timeout.ms", "120000");
    try (var producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < records; i++, produced++) {
        producer.send(new ProducerRecord<>(topic, produced % partitions, null, topic + produced));
      }
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }

  private GroupWorker join(String group, String protocol, String topic, Map<String, String> more) {
    GroupWorker worker = GroupWorker.of(broker.bootstrap(), group, protocol, seen, topic, more);
    workers.add(worker);
    return worker;
  }

  private void leave(GroupWorker worker) {
    workers.remove(worker);
    worker.close();
  }

  /** Waits until all partitions have an owner, and each member an equal share. */
  private void awaitBalance(int partitions) {
    await("balance of " + workers.size(), () -> {
      Set<String> all = new HashSet<>();
      int sum = 0;
      int most = 0;
      for (GroupWorker w : workers) {
        all.addAll(w.assigned());
        sum += w.assigned().size();
        most = Math.max(most, w.assigned().size());
      }
      return all.size() == partitions && sum == partitions && most <= (partitions + workers.size() - 1) / workers.size();
    });
  }

  private void awaitAll() {
    await("all records", () -> seen.values.size() == produced);
  }

  private void end() {
    List.copyOf(workers).forEach(this::leave);
    assertThat(seen.errors).isEmpty();
  }

  private static ConsumerGroupDescription describe(String group) {
    try {
      return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static String type(String group) {
    try {
      return admin.listGroups().all().get().stream().filter(g -> g.groupId().equals(group)).map(GroupListing::type)
          .map(t -> t.map(Object::toString).orElse("none")).findFirst().orElse("absent");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void membersComeAndGo() throws Exception {
    topic("come", 6);
    for (int i = 0; i < 3; i++) {
      join("come", "consumer", "come", Map.of());
    }
    awaitBalance(6);
    produce("come", 6, 600);
    awaitAll();
    leave(workers.get(0));
    awaitBalance(6);
    produce("come", 6, 600);
    awaitAll();
    assertThat(describe("come").groupState()).isEqualTo(GroupState.STABLE);
    assertThat(describe("come").partitionAssignor()).isEqualTo("uniform");
    assertThat(type("come")).isEqualTo("Consumer");
    tools();
    end();
    await("empty", () -> describe("come").groupState() == GroupState.EMPTY);
    admin.deleteConsumerGroups(List.of("come")).all().get();
  }

  private static void tools() {
    String[] base = {"--bootstrap-server", broker.bootstrap(), "--describe", "--group", "come"};
    assertThat(tool(base, "--state").output()).contains("uniform", "Stable");
    assertThat(tool(base, "--members", "--verbose").output()).containsPattern("consumer-come-\\d+ +3 .*come:\\d,\\d,\\d");
    assertThat(tool(base).output()).contains("CURRENT-OFFSET", "200");
    assertThat(broker.shell("group:describe come --json").ok().output()).contains("\"type\" : \"consumer\"", "\"memberEpoch\"",
        "\"targetAssignment\"");
  }

  private static Run tool(String[] base, String... more) {
    return Run.tool(null, TOOL, Stream.concat(Stream.of(base), Stream.of(more)).toArray(String[]::new)).ok();
  }

  @Test
  void membersGoOnAfterAKill() throws Exception {
    topic("kill", 4);
    join("kill", "consumer", "kill", Map.of());
    join("kill", "consumer", "kill", Map.of());
    awaitBalance(4);
    produce("kill", 4, 200);
    awaitAll();
    int epoch = describe("kill").groupEpoch().orElseThrow();
    broker.kill();
    broker.start();
    produce("kill", 4, 200);
    awaitAll();
    awaitBalance(4);
    assertThat(describe("kill").groupEpoch().orElseThrow()).as("without a rebalance").isEqualTo(epoch);
    end();
  }

  @Test
  void topicsThatMatchAPatternAreConsumed() throws Exception {
    topic("re-1", 2);
    topic("other", 2);
    workers.add(new GroupWorker(broker.bootstrap(), "re", Map.of("group.protocol", "consumer"), seen,
        (c, listener) -> c.subscribe(new SubscriptionPattern("re-[0-9]+"), listener)));
    awaitBalance(2);
    topic("re-2", 3);
    awaitBalance(5);
    produce("re-2", 3, 30);
    awaitAll();
    end();
    try (var consumer = new KafkaConsumer<>(Map.<String, Object>of("bootstrap.servers", broker.bootstrap(), "group.id", "bad",
        "group.protocol", "consumer"), new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(new SubscriptionPattern("re-[0-9"));
      Throwable[] failure = new Throwable[1];
      await("refused", () -> {
        try {
          consumer.poll(Duration.ofMillis(100));
        } catch (InvalidRegularExpression e) {
          failure[0] = e;
        }
        return failure[0] != null;
      });
      assertThat(failure[0]).hasMessageContaining("missing closing ]");
    }
  }

  /** The records of its join are more than a batch holds, and stand or fall together. */
  @Test
  void aMemberWithALargeSubscriptionIsReadBackAsAWhole() throws Exception {
    topic("large", 2);
    List<String> names = new ArrayList<>(List.of("large"));
    for (int i = 0; i < 5_000; i++) {
      names.add("x".repeat(125) + i);
    }
    workers.add(new GroupWorker(broker.bootstrap(), "large", Map.of("group.protocol", "consumer", "allow.auto.create.topics", "false"), seen,
        (c, listener) -> c.subscribe(names, listener)));
    awaitBalance(2);
    int epoch = describe("large").groupEpoch().orElseThrow();
    broker.kill();
    broker.start();
    produce("large", 2, 20);
    awaitAll();
    assertThat(describe("large").groupEpoch().orElseThrow()).isEqualTo(epoch);
    assertThat(describe("large").members()).singleElement().satisfies(m -> assertThat(m.memberEpoch()).contains(epoch));
    end();
  }

  @Test
  void aStaticMemberComesBackToItsPartitions() throws Exception {
    topic("static", 4);
    GroupWorker first = join("static", "consumer", "static", Map.of("group.instance.id", "one"));
    join("static", "consumer", "static", Map.of("group.instance.id", "two"));
    awaitBalance(4);
    Set<String> had = first.assigned();
    int epoch = describe("static").groupEpoch().orElseThrow();
    leave(first);
    GroupWorker again = join("static", "consumer", "static", Map.of("group.instance.id", "one"));
    await("its partitions", () -> again.assigned().equals(had));
    assertThat(describe("static").groupEpoch().orElseThrow()).isEqualTo(epoch);
    end();
  }

  @Test
  void aGroupChangesItsProtocolMemberByMember() throws Exception {
    topic("roll", 4);
    join("roll", "classic", "roll", Map.of());
    join("roll", "classic", "roll", Map.of("partition.assignment.strategy",
        "org.apache.kafka.clients.consumer.RangeAssignor"));
    awaitBalance(4);
    produce("roll", 4, 200);
    awaitAll();
    assertThat(type("roll")).isEqualTo("Classic");
    roll("consumer");
    assertThat(type("roll")).isEqualTo("Consumer");
    roll("classic");
    await("classic", () -> type("roll").equals("Classic"));
    awaitBalance(4);
    produce("roll", 4, 200);
    awaitAll();
    end();
  }

  private void roll(String protocol) {
    for (GroupWorker old : List.copyOf(workers)) {
      join("roll", protocol, "roll", Map.of());
      awaitBalance(4);
      leave(old);
      awaitBalance(4);
      produce("roll", 4, 200);
      awaitAll();
    }
  }

  @Test
  void settingsOfAGroupCountAtOnce() throws Exception {
    topic("conf", 1);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, "conf");
    admin.incrementalAlterConfigs(Map.of(resource, List.of(
        new AlterConfigOp(new ConfigEntry("consumer.session.timeout.ms", "50000"), AlterConfigOp.OpType.SET),
        new AlterConfigOp(new ConfigEntry("consumer.heartbeat.interval.ms", "6000"), AlterConfigOp.OpType.SET)))).all().get();
    assertThat(admin.describeConfigs(List.of(resource)).all().get().get(resource).get("consumer.session.timeout.ms").value())
        .isEqualTo("50000");
    join("conf", "consumer", "conf", Map.of());
    awaitBalance(1);
    end();
  }

  @Test
  void groupsAndAssignorsAreUpdatedUnderLoad() throws Exception {
    topic("hot", 6);
    join("hot", "consumer", "hot", Map.of());
    join("hot", "consumer", "hot", Map.of("group.remote.assignor", "range"));
    awaitBalance(6);
    for (int i = 0; i < 3; i++) {
      produce("hot", 6, 300);
      update("groups");
      produce("hot", 6, 300);
      update("assignors");
      GroupWorker more = join("hot", "consumer", "hot", Map.of());
      awaitBalance(6);
      leave(more);
      awaitBalance(6);
    }
    awaitAll();
    end();
  }

  private static void update(String part) throws Exception {
    try (Stream<Path> all = Files.walk(Broker.HOME)) {
      Path jar = all.filter(f -> f.getFileName().toString().matches("(io\\.margay\\.)?" + part + "-.*\\.jar")).findFirst().orElseThrow();
      assertThat(broker.shell("update io.margay." + part + " " + jar.toUri())).isEqualTo(new Run(0, ""));
    }
  }
}
