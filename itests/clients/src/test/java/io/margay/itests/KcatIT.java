package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kcat, and with it librdkafka. */
class KcatIT {
  private static Broker broker;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(Run.available("kcat"), "kcat is not installed (apt-get install kcat)");
    broker = Broker.started();
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private static String lines(int count) {
    return IntStream.range(0, count).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
  }

  private static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
  void linesComeBackAsTheyWentIn(String codec) {
    String topic = "kcat-" + codec;
    String sent = lines(5000);
    Run.of(bytes(sent), "kcat", "-P", "-b", broker.bootstrap(), "-t", topic, "-z", codec, "-p", "0").ok();
    Run got = Run.of(null, "kcat", "-C", "-b", broker.bootstrap(), "-t", topic, "-o", "beginning", "-e", "-q").ok();
    assertThat(got.output()).isEqualTo(sent);
  }

  @Test
  void keysHeadersTombstonesAndOffsets() {
    Run.of(bytes("a:1\nb:2\nc:\n"), "kcat", "-P", "-b", broker.bootstrap(), "-t", "kcat-keys", "-K:", "-Z", "-H", "who=me", "-p", "0").ok();
    Run got = Run.of(null, "kcat", "-C", "-b", broker.bootstrap(), "-t", "kcat-keys", "-o", "1", "-e", "-q", "-f", "%o %k %S %h\\n").ok();
    assertThat(got.output()).isEqualTo("1 b 1 who=me\n2 c -1 who=me\n");
  }

  @Test
  void anIdempotentProducerAndAConsumerGroup() {
    String sent = lines(2000);
    Run.of(bytes(sent), "kcat", "-P", "-b", broker.bootstrap(), "-t", "kcat-group", "-X", "enable.idempotence=true", "-X", "acks=all").ok();
    Run got = Run.of(null, "kcat", "-b", broker.bootstrap(), "-X", "auto.offset.reset=earliest", "-G", "kcat-g", "-c", "2000", "-q",
        "kcat-group").ok();
    assertThat(Arrays.stream(got.output().split("\n")).sorted().toList())
        .isEqualTo(Arrays.stream(sent.split("\n")).sorted().toList());
  }

  @Test
  void metadataIsListed() {
    Run.of(bytes("x\n"), "kcat", "-P", "-b", broker.bootstrap(), "-t", "kcat-listed").ok();
    Run got = Run.of(null, "kcat", "-L", "-b", broker.bootstrap()).ok();
    assertThat(got.output()).contains("1 brokers", "at " + broker.bootstrap(), "topic \"kcat-listed\"");
  }

  @Test
  void offsetsByTimestamp() {
    Run.of(bytes(lines(100)), "kcat", "-P", "-b", broker.bootstrap(), "-t", "kcat-time", "-p", "0").ok();
    Run got = Run.of(null, "kcat", "-Q", "-b", broker.bootstrap(), "-t", "kcat-time:0:1").ok();
    assertThat(got.output()).contains("offset 0");
  }
}
