package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application of Kafka Streams with the streams protocol, and the stock tool for its group. */
@Timeout(150)
class StreamsGroupIT {
  private static final String GROUP = "word-count";
  private static final String TOOL = "org.apache.kafka.tools.streams.StreamsGroupCommand";

  @Test
  void wordsAreCountedExactlyOnceThoughTheCoordinatorIsUpdated() throws Exception {
    try (Broker broker = Broker.prepare().with("KAFKA_GROUP_STREAMS_INITIAL_REBALANCE_DELAY_MS", "500").start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin.createTopics(List.of(new NewTopic(WordCounting.LINES, 2, (short) 1), new NewTopic(WordCounting.COUNTS, 2, (short) 1))).all().get();
      try (WordCounting words = new WordCounting(broker.bootstrap())) {
        Process application = words.start("streams", "1");
        words.produce(60);
        words.readUntil(30);
        for (String part : List.of("groups", "assignors", "groups")) {
          words.produce(40);
          update(broker, part);
          words.produce(40);
        }
        Process second = words.start("streams", "1");
        words.produce(100);
        words.readAll();
        assertThat(admin.describeTopics(List.of(GROUP + "-counts-of-words-changelog")).allTopicNames().get().values())
            .allSatisfy(t -> assertThat(t.partitions()).hasSize(2));
        seenByTools(broker);
        for (Process p : List.of(second, application)) {
          p.getOutputStream().close();
          assertThat(p.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(words.output()).doesNotContain("Exception");
        administered(broker);
      }
    }
  }

  private static void update(Broker broker, String part) throws Exception {
    try (Stream<Path> all = Files.walk(Broker.HOME)) {
      Path jar = all.filter(f -> f.getFileName().toString().matches("(io\\.margay\\.)?" + part + "-.*\\.jar")).findFirst().orElseThrow();
      assertThat(broker.shell("update io.margay." + part + " " + jar.toUri())).isEqualTo(new Run(0, ""));
    }
  }

  private static String tool(Broker broker, String... args) {
    String[] all = new String[args.length + 2];
    all[0] = "--bootstrap-server";
    all[1] = broker.bootstrap();
    System.arraycopy(args, 0, all, 2, args.length);
    return Run.tool(null, TOOL, all).ok().output();
  }

  private static void seenByTools(Broker broker) {
    assertThat(tool(broker, "--list")).contains(GROUP);
    assertThat(tool(broker, "--describe", "--group", GROUP, "--members")).contains("ACTIVE:");
    assertThat(tool(broker, "--describe", "--group", GROUP)).containsPattern(GROUP + " +" + WordCounting.LINES + " +0 ");
    assertThat(broker.shell("group:describe " + GROUP + " --json").ok().output()).contains("\"type\" : \"streams\"", "\"active\" : [ \"");
    assertThat(broker.shell("assignor:simulate " + GROUP + " high-availability --json").ok().output()).contains("\"activeThen\"");
  }

  /** What is done to a group whose application has stopped. */
  private static void administered(Broker broker) {
    assertThat(tool(broker, "--describe", "--group", GROUP, "--state")).contains("Empty");
    tool(broker, "--reset-offsets", "--group", GROUP, "--input-topic", WordCounting.LINES, "--to-earliest", "--execute");
    assertThat(broker.shell("group:describe " + GROUP + " --json").ok().output()).contains("\"committedOffset\" : 0");
    tool(broker, "--delete", "--group", GROUP);
    assertThat(tool(broker, "--list")).doesNotContain(GROUP);
  }
}
