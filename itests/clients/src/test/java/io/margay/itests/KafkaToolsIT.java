package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The command-line tools that ship with Kafka. */
class KafkaToolsIT {
  private static final String TOPICS = "org.apache.kafka.tools.TopicCommand";
  private static final String CONFIGS = "kafka.admin.ConfigCommand";
  private static final String GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
  private static final String CONSOLE_PRODUCER = "org.apache.kafka.tools.ConsoleProducer";
  private static final String CONSOLE_CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer";

  private static Broker broker;

  @BeforeAll
  static void start() {
    broker = Broker.started();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static Run tool(String mainClass, String... args) {
    String[] all = new String[args.length + 2];
    all[0] = "--bootstrap-server";
    all[1] = broker.bootstrap();
    System.arraycopy(args, 0, all, 2, args.length);
    return Run.tool(null, mainClass, all);
  }

  private static void create(String topic, int partitions, String... more) {
    String[] args = new String[5 + more.length];
    System.arraycopy(new String[] {"--create", "--topic", topic, "--partitions", Integer.toString(partitions)}, 0, args, 0, 5);
    System.arraycopy(more, 0, args, 5, more.length);
    tool(TOPICS, args).ok();
  }

  private static void produce(String topic, int lines) {
    String input = IntStream.range(0, lines).mapToObj(i -> "k" + i % 5 + ":line " + i + "\n").collect(Collectors.joining());
    Run.tool(input.getBytes(StandardCharsets.UTF_8), CONSOLE_PRODUCER, "--bootstrap-server", broker.bootstrap(), "--topic", topic,
        "--reader-property", "parse.key=true", "--reader-property", "key.separator=:").ok();
  }

  @Test
  void topics() {
    create("tools-topics", 3, "--config", "retention.ms=3600000");
    assertThat(tool(TOPICS, "--list").ok().output()).contains("tools-topics");
    assertThat(tool(TOPICS, "--describe", "--topic", "tools-topics").ok().output())
        .contains("PartitionCount: 3", "ReplicationFactor: 1", "retention.ms=3600000", "Leader: ");
    tool(TOPICS, "--alter", "--topic", "tools-topics", "--partitions", "5").ok();
    assertThat(tool(TOPICS, "--describe", "--topic", "tools-topics").ok().output()).contains("PartitionCount: 5");
    assertThat(tool(TOPICS, "--create", "--topic", "tools-topics").output()).contains("already exists");
    assertThat(tool(TOPICS, "--create", "--topic", "no/such name").exit()).isNotZero();
    tool(TOPICS, "--delete", "--topic", "tools-topics").ok();
    assertThat(tool(TOPICS, "--list").ok().output()).doesNotContain("tools-topics");
  }

  @Test
  void configs() {
    create("tools-configs", 1);
    tool(CONFIGS, "--alter", "--entity-type", "topics", "--entity-name", "tools-configs", "--add-config",
        "segment.ms=600000,cleanup.policy=[compact,delete]").ok();
    assertThat(tool(CONFIGS, "--describe", "--entity-type", "topics", "--entity-name", "tools-configs").ok().output())
        .contains("segment.ms=600000", "cleanup.policy=compact,delete", "DYNAMIC_TOPIC_CONFIG");
    tool(CONFIGS, "--alter", "--entity-type", "topics", "--entity-name", "tools-configs", "--delete-config", "segment.ms").ok();
    assertThat(tool(CONFIGS, "--describe", "--all", "--entity-type", "topics", "--entity-name", "tools-configs").ok().output())
        .contains("segment.ms=604800000", "DEFAULT_CONFIG", "margay.storage.engine=file");
    tool(CONFIGS, "--alter", "--entity-type", "brokers", "--entity-default", "--add-config", "log.retention.ms=5000000").ok();
    assertThat(tool(CONFIGS, "--describe", "--all", "--entity-type", "topics", "--entity-name", "tools-configs").ok().output())
        .contains("retention.ms=5000000");
    assertThat(tool(CONFIGS, "--alter", "--entity-type", "topics", "--entity-name", "tools-configs", "--add-config", "no.such=1")
        .output()).contains("no.such");
  }

  @Test
  void consoleProducerConsumerAndGroups() {
    create("tools-console", 2);
    produce("tools-console", 200);
    Run got = tool(CONSOLE_CONSUMER, "--topic", "tools-console", "--from-beginning", "--group", "tools-g", "--max-messages", "200",
        "--timeout-ms", "30000").ok();
    assertThat(got.output().lines().filter(l -> l.startsWith("line "))).hasSize(200);
    assertThat(tool(GROUPS, "--list").ok().output()).contains("tools-g");
    assertThat(tool(GROUPS, "--describe", "--group", "tools-g").ok().output()).contains("tools-console", "LAG");
    tool(GROUPS, "--reset-offsets", "--group", "tools-g", "--topic", "tools-console", "--to-earliest", "--execute").ok();
    assertThat(tool(GROUPS, "--describe", "--group", "tools-g", "--state").ok().output()).contains("Empty");
    tool(GROUPS, "--delete", "--group", "tools-g").ok();
    assertThat(tool(GROUPS, "--list").ok().output()).doesNotContain("tools-g");
  }

  @Test
  void shareGroups() {
    String groups = "org.apache.kafka.tools.consumer.group.ShareGroupCommand";
    create("tools-share", 1);
    produce("tools-share", 20);
    tool(CONFIGS, "--alter", "--entity-type", "groups", "--entity-name", "tools-sg", "--add-config", "share.auto.offset.reset=earliest").ok();
    Run got = tool("org.apache.kafka.tools.consumer.ConsoleShareConsumer", "--topic", "tools-share", "--group", "tools-sg", "--max-messages",
        "20", "--timeout-ms", "30000").ok();
    assertThat(got.output().lines().filter(l -> l.startsWith("line "))).hasSize(20);
    assertThat(tool(groups, "--list").ok().output()).contains("tools-sg");
    assertThat(tool(groups, "--describe", "--group", "tools-sg", "--state").ok().output()).contains("Empty");
    assertThat(tool(groups, "--describe", "--group", "tools-sg", "--members").ok().output()).contains("no active members");
    assertThat(tool(groups, "--describe", "--group", "tools-sg", "--offsets").ok().output()).containsPattern("tools-share +0 +20");
    tool(groups, "--reset-offsets", "--group", "tools-sg", "--topic", "tools-share", "--to-earliest", "--execute").ok();
    assertThat(tool(groups, "--describe", "--group", "tools-sg", "--offsets").ok().output()).containsPattern("tools-share +0 +0");
    assertThat(broker.shell("group:describe tools-sg").ok().output()).contains("share", "tools-share", "START OFFSET");
    tool(groups, "--delete-offsets", "--group", "tools-sg", "--topic", "tools-share").ok();
    assertThat(tool(groups, "--describe", "--group", "tools-sg", "--offsets").ok().output()).doesNotContain("tools-share");
    tool(groups, "--delete", "--group", "tools-sg").ok();
    assertThat(tool(groups, "--list").ok().output()).doesNotContain("tools-sg");
  }

  @Test
  void offsetsAndDeleteRecords() throws IOException {
    create("tools-offsets", 1);
    produce("tools-offsets", 50);
    Run latest = tool("org.apache.kafka.tools.GetOffsetShell", "--topic", "tools-offsets").ok();
    assertThat(latest.output()).contains("tools-offsets:0:50");
    Path json = Files.createTempFile("delete", ".json");
    Files.writeString(json, "{\"version\":1,\"partitions\":[{\"topic\":\"tools-offsets\",\"partition\":0,\"offset\":20}]}");
    tool("org.apache.kafka.tools.DeleteRecordsCommand", "--offset-json-file", json.toString()).ok();
    Files.delete(json);
    assertThat(tool("org.apache.kafka.tools.GetOffsetShell", "--topic", "tools-offsets", "--time", "-2").ok().output())
        .contains("tools-offsets:0:20");
  }

  @Test
  void performanceTools() {
    create("tools-perf", 3);
    Run produced = Run.tool(null, "org.apache.kafka.tools.ProducerPerformance", "--topic", "tools-perf", "--num-records", "50000",
        "--record-size", "200", "--throughput", "-1", "--producer-props", "bootstrap.servers=" + broker.bootstrap()).ok();
    assertThat(produced.output()).contains("50000 records sent");
    Run consumed = tool("org.apache.kafka.tools.ConsumerPerformance", "--topic", "tools-perf", "--num-records", "50000").ok();
    assertThat(consumed.output()).contains("50000");
  }

  @Test
  void brokerApiVersionsAndLogDirs() {
    assertThat(tool("org.apache.kafka.tools.BrokerApiVersionsCommand").ok().output()).contains("Produce(0): 0 to", "ApiVersions(18)");
    create("tools-dirs", 1);
    assertThat(tool("org.apache.kafka.tools.LogDirsCommand", "--describe", "--topic-list", "tools-dirs").ok().output())
        .contains("\"partition\":\"tools-dirs-0\"");
  }
}
