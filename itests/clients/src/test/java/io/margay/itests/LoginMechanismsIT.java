package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Logins with tokens of an issuer, with clients as they are. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LoginMechanismsIT {
  private static final String ALLOWED_BY_CLIENT = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
  private static final Tokens ISSUER = new Tokens();

  private static Broker broker;
  private static Path keys;
  private static int bearer;

  @BeforeAll
  static void start() throws Exception {
    broker = Broker.prepare();
    keys = broker.data().resolve("keys.json");
    Tokens.write(keys, ISSUER.keys());
    bearer = Ports.free(1).get(0);
    broker.with("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:0,BEARER://127.0.0.1:" + bearer)
        .with("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,BEARER:SASL_PLAINTEXT")
        .with("KAFKA_LISTENER_NAME_BEARER_SASL_ENABLED_MECHANISMS", "OAUTHBEARER")
        .with("MARGAY_OAUTHBEARER_ALLOWED_URLS", keys.toUri().toString())
        .with("KAFKA_LISTENER_NAME_BEARER_OAUTHBEARER_SASL_OAUTHBEARER_JWKS_ENDPOINT_URL", keys.toUri().toString())
        .with("KAFKA_LISTENER_NAME_BEARER_OAUTHBEARER_SASL_OAUTHBEARER_EXPECTED_ISSUER", Tokens.ISSUER)
        .with("KAFKA_LISTENER_NAME_BEARER_OAUTHBEARER_SASL_OAUTHBEARER_EXPECTED_AUDIENCE", "kafka")
        .with("KAFKA_SASL_OAUTHBEARER_CLOCK_SKEW_SECONDS", "0").start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  /** The client reads its token from a file, again and again. */
  private static Map<String, Object> client(Path token) {
    System.setProperty(ALLOWED_BY_CLIENT, token.toUri().toString());
    Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:" + bearer, "request.timeout.ms", "10000",
        "default.api.timeout.ms", "15000", "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "OAUTHBEARER",
        "sasl.login.callback.handler.class", "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
        "sasl.jaas.config", "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;",
        "sasl.oauthbearer.token.endpoint.url", token.toUri().toString()));
    settings.put("sasl.oauthbearer.jwt.validator.class", "org.apache.kafka.common.security.oauthbearer.ClientJwtValidator");
    settings.put("sasl.login.refresh.buffer.seconds", "0");
    settings.put("sasl.login.refresh.min.period.seconds", "0");
    return settings;
  }

  private static void reaches(Map<String, Object> settings) throws Exception {
    try (Admin admin = Admin.create(settings)) {
      assertThat(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS)).hasSize(1);
    }
  }

  @Test
  void aTokenLogsInAndItsSuccessorGoesOn() throws Exception {
    Path file = broker.data().resolve("alice.jwt");
    Tokens.write(file, ISSUER.token("alice", 2));
    try (Admin admin = Admin.create(client(file))) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4); // longer than a token is good for
      while (System.nanoTime() < end) {
        Tokens.write(file, ISSUER.token("alice", 2));
        assertThat(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS)).hasSize(1);
      }
    }
    assertThat(broker.log()).doesNotContain("its login has expired");
  }

  @Test
  void tokensOfOthersAreRefused() throws Exception {
    Path file = broker.data().resolve("mallory.jwt");
    String token = new Tokens().token("alice", 60);
    Tokens.write(file, token);
    assertThatThrownBy(() -> reaches(client(file))).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(SaslAuthenticationException.class)
        .hasMessageContaining("{\"status\":\"invalid_token\"}");
    assertThat(broker.log()).contains("A login failed: a token was refused, because it").doesNotContain(token, token.split("\\.")[1]);
  }

  @Test
  void librdkafkasUnsignedTokensAreRefused() {
    Assumptions.assumeTrue(Run.available("kcat"), "kcat is not installed (apt-get install kcat)");
    Run r = Run.of(null, "kcat", "-b", "127.0.0.1:" + bearer, "-L", "-m", "5", "-X", "security.protocol=sasl_plaintext", "-X", "sasl.mechanism=OAUTHBEARER",
        "-X", "enable.sasl.oauthbearer.unsecure.jwt=true", "-X", "sasl.oauthbearer.config=principal=alice");
    assertThat(r.exit()).isNotZero();
    assertThat(r.output()).contains("invalid_token");
  }

  @Test
  void kafkaJs() throws Exception {
    Path dir = Path.of(System.getProperty("kafkajs.dir"));
    Assumptions.assumeTrue(Run.available("node") && Files.isDirectory(dir.resolve("node_modules/kafkajs")), "kafkajs is not installed");
    String script = dir.resolve("login.js").toString();
    assertThat(Run.of(Map.of("SASL_TOKEN", ISSUER.token("alice", 60)), null, "node", script, "127.0.0.1:" + bearer).ok().output()).contains("OK");
    Run refused = Run.of(Map.of("SASL_TOKEN", new Tokens().token("alice", 60)), null, "node", script, "127.0.0.1:" + bearer);
    // It takes the answer that its token is refused for a success, and is disconnected at its next request.
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.output()).doesNotContain("OK");
  }

  @Test
  void newKeysCountAtOnce() throws Exception {
    Tokens next = new Tokens();
    Path file = broker.data().resolve("next.jwt");
    Tokens.write(file, next.token("alice", 60));
    try {
      Tokens.write(keys, next.keys());
      reaches(client(file));
    } finally {
      Tokens.write(keys, ISSUER.keys());
    }
    assertThat(broker.log()).contains("Read the keys for tokens");
    assertThat(List.of(broker.log().split("\n"))).filteredOn(line -> line.contains("eyJ")).isEmpty();
  }
}
