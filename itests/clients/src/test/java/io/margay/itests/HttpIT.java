package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records over HTTP, read back with the Java client. */
class HttpIT {
  private static final String JSON = "application/json";
  private static final String BINARY = "application/octet-stream";
  private static final long POLL_NANOS = 5_000_000;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static int port;
  private static Broker broker;
  private static Admin admin;

  @BeforeAll
  static void start() throws Exception {
    try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = s.getLocalPort();
    }
    broker = Broker.prepare().with("MARGAY_HTTP_LISTENERS", "HTTP://127.0.0.1:" + port).start();
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    awaitListener();
  }

  @AfterAll
  static void stop() {
    if (admin != null) {
      admin.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  private static void awaitListener() throws IOException {
    for (long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();;) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return;
      } catch (ConnectException e) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("nobody listens: " + broker.log(), e);
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  private static void topic(String name, int partitions, Map<String, String> configs) throws Exception {
    admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs))).all().get(30, TimeUnit.SECONDS);
  }

  private static HttpResponse<String> post(String path, String type, BodyPublisher body, String... headers) throws Exception {
    HttpRequest.Builder b = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).POST(body)
        .timeout(Duration.ofSeconds(120));
    if (type != null) {
      b.header("Content-Type", type);
    }
    for (int i = 0; i < headers.length; i += 2) {
      b.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(b.build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String topic, String body) throws Exception {
    return post("/topics/" + topic + "/records", JSON, BodyPublishers.ofString(body));
  }

  private static String text(String value) {
    return "{\"value\":{\"type\":\"STRING\",\"data\":\"" + value + "\"}}";
  }

  /** All that is in the partitions now. */
  private static List<ConsumerRecord<byte[], byte[]>> consume(String topic, int partitions) {
    Properties p = new Properties();
    p.put("bootstrap.servers", broker.bootstrap());
    try (KafkaConsumer<byte[], byte[]> c = new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(i -> new TopicPartition(topic, i)).toList();
      c.assign(all);
      c.seekToBeginning(all);
      long end = c.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
      List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
      while (found.size() < end) {
        c.poll(Duration.ofSeconds(5)).forEach(found::add);
      }
      return found;
    }
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void aRecordArrivesAsItWasSent() throws Exception {
    topic("http-full", 3, Map.of());
    HttpResponse<String> r = post("http-full", """
        {"partition_id": 2, "headers": [{"name": "h", "value": "YQ=="}, {"name": "n", "value": null}],
         "key": {"type": "BINARY", "data": "AAE="}, "value": {"type": "JSON", "data": {"a": [1.50, null]}},
         "timestamp": "2026-01-31T12:00:00Z"}""");
    String cluster = admin.describeCluster().clusterId().get(30, TimeUnit.SECONDS);
    assertThat(r.statusCode()).isEqualTo(200);
    assertThat(r.body()).isEqualTo("{\"error_code\":200,\"cluster_id\":\"" + cluster + "\",\"topic_name\":\"http-full\","
        + "\"partition_id\":2,\"offset\":0,\"timestamp\":\"2026-01-31T12:00:00Z\",\"key\":{\"type\":\"BINARY\",\"size\":2},"
        + "\"value\":{\"type\":\"JSON\",\"size\":17}}\n");
    ConsumerRecord<byte[], byte[]> c = consume("http-full", 3).get(0);
    assertThat(c.partition()).isEqualTo(2);
    assertThat(c.timestamp()).isEqualTo(1_769_860_800_000L);
    assertThat(c.key()).containsExactly(0, 1);
    assertThat(utf8(c.value())).isEqualTo("{\"a\":[1.50,null]}");
    assertThat(c.headers().toArray()).extracting(Header::key).containsExactly("h", "n");
    assertThat(c.headers().lastHeader("h").value()).containsExactly('a');
    assertThat(c.headers().lastHeader("n").value()).isNull();
  }

  @Test
  void theLongPathNamesTheCluster() throws Exception {
    topic("http-v3", 1, Map.of());
    String cluster = admin.describeCluster().clusterId().get(30, TimeUnit.SECONDS);
    String rest = "/topics/http-v3/records";
    assertThat(post("/v3/clusters/" + cluster + rest, JSON, BodyPublishers.ofString(text("v"))).statusCode()).isEqualTo(200);
    assertThat(post("/v3/clusters/other" + rest, JSON, BodyPublishers.ofString(text("v"))).statusCode()).isEqualTo(404);
    assertThat(consume("http-v3", 1)).hasSize(1);
  }

  @Test
  void theBodyMayBeTheValue() throws Exception {
    topic("http-binary", 2, Map.of());
    byte[] value = new byte[500_000];
    value[7] = -1;
    String path = "/topics/http-binary/records";
    assertThat(post(path + "?key=k%C3%A4&partition=1", BINARY, BodyPublishers.ofByteArray(value)).statusCode()).isEqualTo(200);
    assertThat(post(path + "?partition=0", BINARY, BodyPublishers.ofByteArray(new byte[0]), "Margay-Key", "AAE=").statusCode())
        .isEqualTo(200);
    List<ConsumerRecord<byte[], byte[]>> found = consume("http-binary", 2);
    assertThat(found).filteredOn(c -> c.partition() == 1).singleElement().satisfies(c -> {
      assertThat(utf8(c.key())).isEqualTo("k\u00e4");
      assertThat(c.value()).isEqualTo(value);
    });
    assertThat(found).filteredOn(c -> c.partition() == 0).singleElement().satisfies(c -> {
      assertThat(c.key()).containsExactly(0, 1);
      assertThat(c.value()).isEmpty();
    });
  }

  @Test
  void theTopicsPartitionerChooses() throws Exception {
    topic("http-weighted", 3, Map.of("margay.partitioner", "weighted:0=0,1=1,2=0"));
    String body = IntStream.range(0, 50).mapToObj(i -> "{\"key\":{\"type\":\"STRING\",\"data\":\"" + i + "\"}}").collect(
        Collectors.joining());
    HttpResponse<String> r = post("http-weighted", body);
    assertThat(r.statusCode()).isEqualTo(200);
    assertThat(r.body().lines()).hasSize(50).allMatch(l -> l.contains("\"error_code\":200") && l.contains("\"partition_id\":1"));
    assertThat(consume("http-weighted", 3)).hasSize(50).allMatch(c -> c.partition() == 1 && c.value() == null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"partition_id\":0,"})
  void aThousandRecordsStreamInOneChunkedBody(String more) throws Exception {
    String topic = "http-stream-" + (more.isEmpty() ? "chosen" : "given");
    topic(topic, 1, Map.of());
    byte[] body = IntStream.range(0, 1_000).mapToObj(i -> "{" + more + text("" + i).substring(1)).collect(Collectors.joining("\n"))
        .getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> r = post("/topics/" + topic + "/records", JSON,
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
    assertThat(r.statusCode()).isEqualTo(200);
    List<String> lines = r.body().lines().toList();
    assertThat(lines).hasSize(1_000);
    for (int i = 0; i < 1_000; i++) {
      assertThat(lines.get(i)).contains("\"error_code\":200").contains("\"offset\":" + i + ",");
    }
    assertThat(RoundTripTopic.count(broker.bootstrap(), topic)).isEqualTo(1_000);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "/topics/http-bad/records | application/json | {\"value\":{ | 400",
      "/topics/http-bad/records | application/json | {\"value\":{\"type\":\"BINARY\",\"data\":\"*\"}} | 400",
      "/topics/http-bad/records | application/json | [] | 400",
      "/topics/http-bad/records | application/json | '' | 400",
      "/topics/http-bad/records | application/json | {\"partition_id\":9} | 404",
      "/topics/http-none/records | application/json | {} | 404",
      "/topics/http-bad/other | application/json | {} | 404",
      "/ | application/json | {} | 404",
      "/topics/http-bad/records | text/plain | {} | 415",
      "/topics/http-bad/records | application/json;charset=iso-8859-1 | {} | 415",
      "/topics/http-bad/records?partition=x | application/octet-stream | v | 400"})
  void badInputIsToldAsJson(String path, String type, String body, int status) throws Exception {
    if (!admin.listTopics().names().get(30, TimeUnit.SECONDS).contains("http-bad")) {
      topic("http-bad", 1, Map.of());
    }
    HttpResponse<String> r = post(path, type, BodyPublishers.ofString(body));
    assertThat(r.statusCode()).isEqualTo(status);
    assertThat(r.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(r.headers().map().keySet())
        .noneMatch(h -> h.toLowerCase().startsWith("access-control") || h.equalsIgnoreCase("server"));
    assertThat(r.body()).startsWith("{\"error_code\":" + status).contains("\"message\":");
  }

  @Test
  void whatIsTooLargeIsRefused() throws Exception {
    topic("http-large", 1, Map.of("max.message.bytes", "100000"));
    String path = "/topics/http-large/records";
    assertThat(post(path, BINARY, BodyPublishers.ofByteArray(new byte[100_001])).statusCode()).isEqualTo(413);
    assertThat(post("http-large", text("x".repeat(100_001))).statusCode()).isEqualTo(413);
    // within the limit of the call and beyond that of the log, which counts its own bytes too
    assertThat(post("http-large", text("x".repeat(100_000))).statusCode()).isEqualTo(413);
    assertThat(post("http-large", text("x".repeat(99_000))).statusCode()).isEqualTo(200);
  }

  /** What comes over the socket until the server closes it, or has sent what ends the answer. */
  private static String raw(String request) throws IOException {
    try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
      s.setSoTimeout(120_000);
      s.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = s.getInputStream();
      StringBuilder answer = new StringBuilder();
      for (int b = in.read(); b >= 0; b = in.read()) {
        answer.append((char) b);
      }
      return answer.toString();
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "POST /topics/http-raw/records HTTP/1.1~Host: x~Content-Type: application/json~Transfer-Encoding: chunked~~zz~ | 400",
      "POST /topics/http-raw/records HTTP/1.1~Host: x~Content-Length: 5~Transfer-Encoding: chunked~~0~~ | 400",
      "POST /topics/http-raw/records HTTP/1.1~Host: x~Origin: http://example.org~Content-Type: application/json~~{} | 403",
      "GET /topics/http-raw/records HTTP/1.1~Host: x~~ | 405",
      "TRACE / HTTP/1.1~Host: x~~ | 404",
      "POST /topics//records HTTP/1.1~Host: x~Connection: close~~ | 400",
      "GET /../../etc/passwd HTTP/1.1~Host: x~Connection: close~~ | 400"})
  void whatIsNotHttpAsItShouldBeIsAnsweredWithoutDetails(String request, int status) throws Exception {
    if (!admin.listTopics().names().get(30, TimeUnit.SECONDS).contains("http-raw")) {
      topic("http-raw", 1, Map.of());
    }
    String answer = raw(request.replace("~", "\r\n"));
    assertThat(answer).startsWith("HTTP/1.1 " + status).doesNotContain("\tat ").doesNotContain("Exception");
  }

  @Test
  void headersThatAreTooLargeAreRefused() throws IOException {
    assertThat(raw("POST / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n")).startsWith("HTTP/1.1 431");
  }

  @Test
  void aSlowSenderIsEnded() throws Exception {
    topic("http-slow", 1, Map.of());
    try {
      alter("margay.http.timeout.ms", "500");
      assertThat(raw("POST /topics/http-slow/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
          + "Content-Length: 1000\r\n\r\n{\"value\":")).startsWith("HTTP/1.1 408").contains("\"error_code\":408");
    } finally {
      alter("margay.http.timeout.ms", null);
    }
  }

  private static void alter(String name, String value) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, "1");
    admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value),
        value == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET)))).all().get(30, TimeUnit.SECONDS);
  }

  /** The listener goes with the setting, and the requests that are open are answered. */
  @Test
  void theListenerComesAndGoesWithTheSetting() throws Exception {
    topic("http-listener", 1, Map.of());
    alter("margay.http.listeners", "");
    for (long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos(); System.nanoTime() < deadline;) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        LockSupport.parkNanos(POLL_NANOS);
      } catch (ConnectException e) {
        break;
      }
    }
    assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port)).isInstanceOf(ConnectException.class);
    assertThatThrownBy(() -> alter("margay.http.listeners", "FTP://127.0.0.1:" + port))
        .hasMessageContaining("HTTP://host:port");
    broker.shell("config:set broker 1 margay.http.listeners=HTTP://127.0.0.1:" + port).ok();
    awaitListener();
    HttpResponse<String> r = post("http-listener", text("v"));
    assertThat(r.statusCode()).isEqualTo(200);
    alter("margay.http.listeners", null);
  }

  private static String jar(String part) {
    String file = "bundles/" + (part.equals("server") ? "40" : "30") + "/io.margay." + part + "-0.1.0-SNAPSHOT.jar";
    return Path.of(System.getProperty("margay.home"), file).normalize().toUri().toString();
  }

  @Test
  void aConnectionOutlivesTheServerThatServesKafkaClients() throws Exception {
    topic("http-kept", 1, Map.of());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      for (int i = 0; i < 4; i++) {
        String partition = i % 2 == 0 ? "?partition=0" : "";
        socket.getOutputStream().write(("POST /topics/http-kept/records" + partition + " HTTP/1.1\r\nHost: x\r\nContent-Type: " + BINARY
            + "\r\nContent-Length: 1\r\n\r\n" + i).getBytes(StandardCharsets.UTF_8));
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().contains("\"offset\":" + i)) {
          int read = socket.getInputStream().read();
          assertThat(read).as("request %d: %s", i, answer).isNotNegative();
          answer.append((char) read);
        }
        assertThat(answer.toString()).startsWith("HTTP/1.1 200");
        // the rest of this response, which ends with the last chunk
        while (!answer.toString().endsWith("\r\n0\r\n\r\n")) {
          answer.append((char) socket.getInputStream().read());
        }
        broker.shell("update io.margay.server " + jar("server")).ok();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"producer", "partitioners", "server"})
  void aPartThatIsReplacedUnderLoadGivesNoError(String part) throws Exception {
    String topic = "http-replaced-" + part;
    topic(topic, 2, Map.of("margay.partitioner", "round-robin"));
    String jar = jar(part);
    Collection<String> bad = new ConcurrentLinkedQueue<>();
    AtomicBoolean end = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    List<Future<Integer>> senders = new ArrayList<>();
    for (int sender = 0; sender < 2; sender++) {
      String name = sender + "-";
      senders.add(threads.submit(() -> {
        int sent = 0;
        for (; !end.get() || sent == 0; sent += 10) {
          int from = sent;
          HttpResponse<String> r = post(topic, IntStream.range(from, from + 10).mapToObj(i -> text(name + i)).collect(
              Collectors.joining()));
          if (r.statusCode() != 200 || r.body().lines().filter(l -> l.contains("\"error_code\":200")).count() != 10) {
            bad.add(r.statusCode() + " " + r.body());
          }
        }
        return sent;
      }));
    }
    for (int i = 0; i < 5; i++) {
      broker.shell("update io.margay." + part + " " + jar).ok();
    }
    end.set(true);
    int sent = 0;
    for (Future<Integer> f : senders) {
      sent += f.get(120, TimeUnit.SECONDS);
    }
    threads.shutdown();
    assertThat(bad).isEmpty();
    List<String> values = consume(topic, 2).stream().map(c -> utf8(c.value())).toList();
    assertThat(values).hasSize(sent).doesNotHaveDuplicates();
  }
}
