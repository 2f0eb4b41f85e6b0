package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TLS and SASL with clients as they are: one broker with a listener of each kind. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SecureListenersIT {
  private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";
  private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
  private static final String ADMIN_PASSWORD = "first-password-1";
  private static final String ALICE_PASSWORD = "other-password-2";

  private static Broker broker;
  private static Path certs;
  private static int tls;
  private static int secure;
  private static int login;
  private static int mutual;

  @BeforeAll
  static void start() {
    broker = Broker.prepare();
    certs = broker.data().resolve("certs");
    broker.launcher("certs", "dev", certs.toString()).ok();
    List<Integer> ports = Ports.free(4);
    tls = ports.get(0);
    secure = ports.get(1);
    login = ports.get(2);
    mutual = ports.get(3);
    broker.with("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:0,TLS://127.0.0.1:" + tls + ",SECURE://127.0.0.1:" + secure + ",LOGIN://127.0.0.1:"
            + login + ",MUTUAL://127.0.0.1:" + mutual)
        .with("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,TLS:SSL,SECURE:SASL_SSL,LOGIN:SASL_PLAINTEXT,MUTUAL:SSL")
        .with("KAFKA_SSL_KEYSTORE_TYPE", "PEM").with("KAFKA_SSL_KEYSTORE_LOCATION", certs.resolve("broker.pem").toString())
        .with("KAFKA_SSL_TRUSTSTORE_TYPE", "PEM").with("KAFKA_SSL_TRUSTSTORE_LOCATION", certs.resolve("ca.pem").toString())
        .with("KAFKA_LISTENER_NAME_MUTUAL_SSL_CLIENT_AUTH", "required").with("KAFKA_LISTENER_NAME_MUTUAL_MARGAY_TLS_ENGINE", "jdk")
        .with("KAFKA_SASL_ENABLED_MECHANISMS", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512")
        .with("KAFKA_LISTENER_NAME_SECURE_PLAIN_SASL_JAAS_CONFIG", PLAIN + " required user_alice=\"" + ALICE_PASSWORD + "\";")
        .with("KAFKA_CONNECTIONS_MAX_REAUTH_MS", "3000")
        .with("MARGAY_PREAUTH_TIMEOUT_MS", "2000").with("MARGAY_TLS_CHECK_INTERVAL_MS", "200")
        .with("MARGAY_BOOTSTRAP_USERS", "SCRAM-SHA-512=[name=admin,password=" + ADMIN_PASSWORD + "],SCRAM-SHA-256=[name=admin,password="
            + ADMIN_PASSWORD + "]").start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static String at(int port) {
    return "127.0.0.1:" + port;
  }

  private static Map<String, Object> client(int port, String... more) {
    Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", at(port), "request.timeout.ms", "10000",
        "default.api.timeout.ms", "15000", "ssl.truststore.type", "PEM", "ssl.truststore.location", certs.resolve("ca.pem").toString()));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return settings;
  }

  private static Map<String, Object> scram(int port, String protocol, String user, String password) {
    return client(port, "security.protocol", protocol, "sasl.mechanism", "SCRAM-SHA-512", "sasl.jaas.config",
        SCRAM + " required username=\"" + user + "\" password=\"" + password + "\";");
  }

  private static void reaches(Map<String, Object> settings) throws Exception {
    try (Admin admin = Admin.create(settings)) {
      assertThat(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS)).hasSize(1);
    }
  }

  private static Path file(Map<String, Object> settings) throws IOException {
    List<String> lines = new ArrayList<>();
    settings.forEach((name, value) -> lines.add(name + "=" + value));
    return Files.write(Files.createTempFile(broker.data(), "client", ".properties"), lines);
  }

  @Test
  void theClientOfTodayOverScramAndTls() throws Exception {
    RoundTrip.main(new String[] {at(secure), "secure-today", file(scram(secure, "SASL_SSL", "admin", ADMIN_PASSWORD)).toString()});
  }

  @Test
  void theClientOf2021OverPlainAndTls() throws Exception {
    Path settings = file(client(secure, "security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.jaas.config",
        PLAIN + " required username=\"alice\" password=\"" + ALICE_PASSWORD + "\";"));
    Run r = Run.java(System.getProperty("old.lib"), null, "io.margay.itests.RoundTrip", at(secure), "secure-2021", settings.toString()).ok();
    assertThat(r.output()).contains("OK");
  }

  @Test
  void kcat() {
    Assumptions.assumeTrue(Run.available("kcat"), "kcat is not installed (apt-get install kcat)");
    String[] common = {"kcat", "-b", at(secure), "-t", "secure-kcat", "-X", "security.protocol=sasl_ssl", "-X", "ssl.ca.location=" + certs.resolve("ca.pem"),
        "-X", "sasl.mechanism=SCRAM-SHA-512", "-X", "sasl.username=admin", "-X", "sasl.password=" + ADMIN_PASSWORD};
    Run.of("one\ntwo\n".getBytes(StandardCharsets.UTF_8), plus(common, "-P")).ok();
    assertThat(Run.of(null, plus(common, "-C", "-e", "-q", "-o", "beginning")).ok().output()).contains("one", "two");
  }

  private static String[] plus(String[] first, String... more) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void kafkaJs() {
    Path dir = Path.of(System.getProperty("kafkajs.dir"));
    Assumptions.assumeTrue(Run.available("node") && Files.isDirectory(dir.resolve("node_modules/kafkajs")), "kafkajs is not installed");
    Run r = Run.of(Map.of("CA_FILE", certs.resolve("ca.pem").toString(), "SASL_USER", "admin", "SASL_PASSWORD", ADMIN_PASSWORD), null, "node",
        dir.resolve("roundtrip.js").toString(), at(secure), "secure-kafkajs").ok();
    assertThat(r.output()).contains("OK");
  }

  @Test
  void theStockToolMakesUsersAndTakesThemAway() throws Exception {
    String[] bob = {"--bootstrap-server", at(secure), "--command-config", file(scram(secure, "SASL_SSL", "admin", ADMIN_PASSWORD)).toString(), "--alter",
        "--entity-type", "users", "--entity-name", "bob"};
    Run.tool(null, "kafka.admin.ConfigCommand", plus(bob, "--add-config", "SCRAM-SHA-512=[password=bob-secret-3]")).ok();
    reaches(scram(login, "SASL_PLAINTEXT", "bob", "bob-secret-3"));
    Run.tool(null, "kafka.admin.ConfigCommand", plus(bob, "--delete-config", "SCRAM-SHA-512")).ok();
    assertThatThrownBy(() -> reaches(scram(login, "SASL_PLAINTEXT", "bob", "bob-secret-3"))).isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SaslAuthenticationException.class);
  }

  @Test
  void aListenerMayAskForACertificate() throws Exception {
    reaches(client(mutual, "security.protocol", "SSL", "ssl.keystore.type", "PEM", "ssl.keystore.location", certs.resolve("client.pem").toString()));
    assertThatThrownBy(() -> reaches(client(mutual, "security.protocol", "SSL"))).isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SslAuthenticationException.class);
  }

  @Test
  void noSecretIsToldToClientsOrTheLog() throws Exception {
    assertThatThrownBy(() -> reaches(scram(secure, "SASL_SSL", "admin", "wrong-password-4"))).isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SaslAuthenticationException.class).hasMessageNotContaining("wrong-password-4");
    try (Admin admin = Admin.create(client(broker.port()))) {
      DescribeConfigsResult configs = admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.BROKER, "1")));
      assertThat(configs.all().get(20, TimeUnit.SECONDS).toString()).contains("margay.bootstrap.users", "ssl.keystore.location")
          .doesNotContain(ADMIN_PASSWORD, ALICE_PASSWORD);
    }
    assertThat(broker.log()).contains("A login failed").doesNotContain(ADMIN_PASSWORD, ALICE_PASSWORD, "wrong-password-4", "stored_key");
  }

  @Test
  void aConnectionLogsInAgain() throws Exception {
    try (Admin admin = Admin.create(scram(secure, "SASL_SSL", "admin", ADMIN_PASSWORD))) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4); // longer than a login is good for
      while (System.nanoTime() < end) {
        assertThat(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS)).hasSize(1);
      }
    }
    assertThat(broker.log()).doesNotContain("its login has expired");
  }

  @Test
  void whoDoesNotGetOnIsDisconnected() throws Exception {
    for (int port : new int[] {tls, secure, login}) {
      try (Socket silent = new Socket("127.0.0.1", port); Socket foreign = new Socket("127.0.0.1", port)) {
        silent.setSoTimeout(10_000);
        foreign.setSoTimeout(10_000);
        foreign.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(foreign.getInputStream().readAllBytes()).as("an HTTP client gets nothing but a TLS alert").hasSizeLessThan(16);
        assertThat(silent.getInputStream().readAllBytes()).hasSizeLessThan(16);
      }
    }
    assertThat(broker.log()).contains("it does not speak TLS", "takes longer than margay.preauth.timeout.ms");
  }

  @Test
  void certificatesAreReplacedWithoutARestart() throws Exception {
    try (Admin before = Admin.create(client(tls, "security.protocol", "SSL"))) {
      assertThat(before.describeCluster().nodes().get(20, TimeUnit.SECONDS)).hasSize(1);
      Path next = broker.data().resolve("certs-2");
      Path former = broker.data().resolve("certs-1");
      broker.launcher("certs", "dev", next.toString()).ok();
      Files.createDirectories(former);
      Files.copy(certs.resolve("broker.pem"), former.resolve("broker.pem"));
      try {
        replace(next.resolve("broker.pem"));
        Map<String, Object> trusting = client(tls, "security.protocol", "SSL", "ssl.truststore.location", next.resolve("ca.pem").toString());
        eventually(() -> reaches(trusting));
        assertThat(before.describeCluster().nodes().get(20, TimeUnit.SECONDS)).as("a connection from before").hasSize(1);
      } finally {
        replace(former.resolve("broker.pem"));
        eventually(() -> reaches(client(tls, "security.protocol", "SSL")));
      }
    }
  }

  @Test
  void aLinkMirrorsOverScramAndTls() throws Exception {
    try (Admin admin = Admin.create(client(broker.port()))) {
      admin.createTopics(List.of(new NewTopic("mirrored", 2, (short) 1))).all().get(20, TimeUnit.SECONDS);
    }
    try (Broker target = Broker.prepare().with("KAFKA_LISTENER_NAME_WEST_SSL_TRUSTSTORE_TYPE", "PEM")
        .with("KAFKA_LISTENER_NAME_WEST_SSL_TRUSTSTORE_LOCATION", certs.resolve("ca.pem").toString())
        .with("KAFKA_LISTENER_NAME_WEST_SASL_MECHANISM_INTER_BROKER_PROTOCOL", "SCRAM-SHA-512")
        .with("KAFKA_LISTENER_NAME_WEST_SCRAM___SHA___512_SASL_JAAS_CONFIG",
            SCRAM + " required username=\"admin\" password=\"" + ADMIN_PASSWORD + "\";").start(); Admin there = Admin.create(client(target.port()))) {
      target.shell("mirror:create west --source " + at(secure) + " --topics mirrored -f security.protocol=SASL_SSL").ok();
      eventually(() -> assertThat(there.describeTopics(List.of("mirrored")).allTopicNames().get(20, TimeUnit.SECONDS).get("mirrored").partitions())
          .hasSize(2));
      target.shell("mirror:remove west").ok();
      target.shell("mirror:create west --source " + at(secure) + " --topics mirrored -f security.protocol=SASL_SSL --mode repartitioned"
          + " -f partitions=3 -f prefix=re-").ok();
      broker.shell("produce mirrored one").ok();
      eventually(() -> assertThat(there.describeTopics(List.of("re-mirrored")).allTopicNames().get(20, TimeUnit.SECONDS).get("re-mirrored")
          .partitions()).hasSize(3));
      assertThat(target.shell("consume re-mirrored -f -n 1").ok().output()).contains("one");
      assertThat(target.log()).doesNotContain(ADMIN_PASSWORD);
    }
  }

  @Test
  void theShellListsCertificates() {
    assertThat(broker.shell("tls:list").ok().output()).containsPattern("SECURE +SASL_SSL +CN=broker +CN=Margay development CA")
        .doesNotContain("LOGIN");
  }

  private static void replace(Path with) throws IOException {
    Path copy = Files.copy(with, certs.resolve("broker.pem.new"), StandardCopyOption.REPLACE_EXISTING);
    Files.move(copy, certs.resolve("broker.pem"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private interface Action {
    void run() throws Exception;
  }

  private static void eventually(Action action) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    for (;;) {
      try {
        action.run();
        return;
      } catch (ExecutionException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  @Test
  void loginsWaitForMechanismsThatAreReplaced() throws Exception {
    try (Admin before = Admin.create(scram(secure, "SASL_SSL", "admin", ADMIN_PASSWORD))) {
      assertThat(before.describeCluster().nodes().get(20, TimeUnit.SECONDS)).hasSize(1);
      Matcher id = Pattern.compile("(\\d+)\\|[^\n]*io\\.margay\\.security ").matcher(broker.shell("lb -s").ok().output());
      assertThat(id.find()).isTrue();
      broker.shell("stop " + id.group(1)).ok();
      CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
        try {
          reaches(scram(login, "SASL_PLAINTEXT", "admin", ADMIN_PASSWORD));
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      });
      assertThat(before.describeCluster().nodes().get(20, TimeUnit.SECONDS)).as("a connection from before").hasSize(1);
      assertThat(waiting).isNotDone();
      broker.shell("start " + id.group(1)).ok();
      waiting.get(20, TimeUnit.SECONDS);
    }
  }
}
