package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.itests.osgi.TestBundle;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.CreateDelegationTokenOptions;
import org.apache.kafka.clients.admin.ExpireDelegationTokenOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.DelegationTokenNotFoundException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedByAuthenticationException;
import org.apache.kafka.common.security.token.delegation.DelegationToken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Logins with tokens of an issuer, with delegation tokens and with Kerberos, with clients as they are. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LoginMechanismsIT {
  private static final String ALLOWED_BY_CLIENT = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
  private static final String PASSWORD = "admin-password-1";
  private static final String MASTER = "master-secret-2";
  private static final Tokens ISSUER = new Tokens();

  private static Broker broker;
  private static Path keys;
  private static int bearer;
  private static int scram;
  private static int kerberos;
  private static int http;

  @BeforeAll
  static void start() throws Exception {
    broker = Broker.prepare();
    keys = broker.data().resolve("keys.json");
    Tokens.write(keys, ISSUER.keys());
    List<Integer> ports = Ports.free(4);
    bearer = ports.get(0);
    scram = ports.get(1);
    kerberos = ports.get(2);
    http = ports.get(3);
    broker.with("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:0,BEARER://127.0.0.1:" + bearer + ",SCRAM://127.0.0.1:" + scram
            + ",KERBEROS://localhost:" + kerberos)
        .with("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,BEARER:SASL_PLAINTEXT,SCRAM:SASL_PLAINTEXT,"
            + "KERBEROS:SASL_PLAINTEXT")
        .with("KAFKA_LISTENER_NAME_KERBEROS_SASL_ENABLED_MECHANISMS", "GSSAPI").with("KAFKA_SASL_KERBEROS_SERVICE_NAME", "kafka")
        .with("KAFKA_LISTENER_NAME_KERBEROS_GSSAPI_SASL_JAAS_CONFIG", keyTab("broker", "kafka/localhost"))
        .with("KAFKA_SASL_KERBEROS_PRINCIPAL_TO_LOCAL_RULES", "RULE:[1:$1](alice)")
        .with("MARGAY_OPTS", "-Djava.security.krb5.conf=" + KeyServer.conf(broker.data()))
        .with("KAFKA_SASL_ENABLED_MECHANISMS", "SCRAM-SHA-256,SCRAM-SHA-512,PLAIN").with("KAFKA_DELEGATION_TOKEN_SECRET_KEY", MASTER)
        .with("MARGAY_BOOTSTRAP_USERS", "SCRAM-SHA-512=[name=admin,password=" + PASSWORD + "]")
        .with("KAFKA_LISTENER_NAME_BEARER_SASL_ENABLED_MECHANISMS", "OAUTHBEARER")
        .with("MARGAY_OAUTHBEARER_ALLOWED_URLS", keys.toUri().toString())
        .with("MARGAY_HTTP_LISTENERS", "HTTP://127.0.0.1:" + http).with("MARGAY_HTTP_AUTHENTICATION", "required");
    for (String listener : List.of("BEARER", "HTTP")) {
      broker.with("KAFKA_LISTENER_NAME_" + listener + "_OAUTHBEARER_SASL_OAUTHBEARER_JWKS_ENDPOINT_URL", keys.toUri().toString())
          .with("KAFKA_LISTENER_NAME_" + listener + "_OAUTHBEARER_SASL_OAUTHBEARER_EXPECTED_ISSUER", Tokens.ISSUER)
          .with("KAFKA_LISTENER_NAME_" + listener + "_OAUTHBEARER_SASL_OAUTHBEARER_EXPECTED_AUDIENCE", "kafka");
    }
    broker.start();
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
    Tokens.write(file, ISSUER.token("alice", 3));
    try (Admin admin = Admin.create(client(file))) {
      int answered = 0;
      // twice takes longer than a token is good for; bounded by the time of the test
      while (loginsAgain(admin) < 2) {
        Tokens.write(file, ISSUER.token("alice", 3));
        assertThat(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS)).hasSize(1);
        answered++;
      }
      assertThat(answered).as("requests were answered before and between").isGreaterThan(2);
      assertThat(closedConnections(admin)).as("and none of its connections was closed for it").isZero();
    }
    assertThat(broker.log()).doesNotContain("its login has expired");
  }

  @Test
  void aLinkLogsInWithATokenThatIsRenewed() throws Exception {
    Path file = broker.data().resolve("link.jwt");
    Tokens.write(file, ISSUER.token("link", 3));
    broker.shell("topic:create by-token -p 1").ok();
    try (Broker target = Broker.prepare().with("KAFKA_LISTENER_NAME_WEST_SASL_MECHANISM_INTER_BROKER_PROTOCOL", "OAUTHBEARER")
        .with("KAFKA_LISTENER_NAME_WEST_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL", file.toUri().toString()).start()) {
      target.shell("mirror:create west --source 127.0.0.1:" + bearer + " --topics by-token -f security.protocol=SASL_PLAINTEXT").ok();
      while (!target.shell("topic:list").ok().output().contains("by-token")) {
        Tokens.write(file, ISSUER.token("link", 3));
      }
      // twice as long as a token is good for
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(6);
      for (int sent = 1; System.nanoTime() < end; sent++) {
        Tokens.write(file, ISSUER.token("link", 3));
        broker.shell("produce by-token record-" + sent).ok();
        assertThat(target.shell("consume by-token -f -n " + sent).ok().output()).contains("record-" + sent);
      }
      assertThat(target.log()).doesNotContain(Files.readString(file));
      Run altered = target.shell("config:set broker 1 listener.name.west.oauthbearer.sasl.oauthbearer.token.endpoint.url=file:///etc/passwd");
      assertThat(altered.exit()).as("nobody may have any file sent to a source of his own: %s", altered.output()).isEqualTo(1);
    }
  }

  private static double loginsAgain(Admin admin) {
    return metric(admin, "successful-reauthentication-total");
  }

  private static double closedConnections(Admin admin) {
    return metric(admin, "connection-close-total");
  }

  private static double metric(Admin admin, String name) {
    return admin.metrics().entrySet().stream().filter(e -> e.getKey().name().equals(name) && e.getKey().group().equals("admin-client-metrics"))
        .mapToDouble(e -> (double) e.getValue().metricValue()).findFirst().orElseThrow();
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
  void aTokenLogsInOverHttp() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin.createTopics(List.of(new NewTopic("over-http", 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
    }
    assertThat(post(ISSUER.token("alice", 60))).isEqualTo(200);
    assertThat(post(new Tokens().token("alice", 60))).as("a token of another issuer").isEqualTo(401);
    assertThat(post(ISSUER.token("alice", -600))).as("a token that has ended").isEqualTo(401);
  }

  /** @return the status of the answer */
  private static int post(String token) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + "/topics/over-http/records"))
        .header("Authorization", "Bearer " + token).header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString("{\"value\":{\"type\":\"STRING\",\"data\":\"x\"}}")).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
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

  private static Map<String, Object> login(String mechanism, String user, String password, String more) {
    return new HashMap<>(Map.of("bootstrap.servers", "127.0.0.1:" + scram, "request.timeout.ms", "10000", "default.api.timeout.ms", "15000",
        "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", mechanism, "sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user + "\" password=\"" + password + "\"" + more + ";"));
  }

  private static Map<String, Object> login(String mechanism, DelegationToken token) {
    return login(mechanism, token.tokenInfo().tokenId(), token.hmacAsBase64String(), " tokenauth=\"true\"");
  }

  private static void refused(Class<? extends Exception> error, Callable<KafkaFuture<?>> action) {
    assertThatThrownBy(() -> action.call().get(20, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(error);
  }

  @Test
  void aDelegationTokenLogsInItsOwner() throws Exception {
    try (Admin admin = Admin.create(login("SCRAM-SHA-512", "admin", PASSWORD, ""))) {
      DelegationToken token = admin.createDelegationToken(new CreateDelegationTokenOptions().maxLifetimeMs(60_000)).delegationToken()
          .get(20, TimeUnit.SECONDS);
      reaches(login("SCRAM-SHA-512", token));
      try (Admin owner = Admin.create(login("SCRAM-SHA-256", token)); Admin open = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
        refused(UnsupportedByAuthenticationException.class, () -> owner.createDelegationToken().delegationToken());
        refused(UnsupportedByAuthenticationException.class, () -> open.describeDelegationToken().delegationTokens());
      }
      assertThat(admin.renewDelegationToken(token.hmac()).expiryTimestamp().get(20, TimeUnit.SECONDS)).isEqualTo(token.tokenInfo().maxTimestamp());
      assertThat(admin.describeDelegationToken().delegationTokens().get(20, TimeUnit.SECONDS)).contains(token);
      admin.expireDelegationToken(token.hmac(), new ExpireDelegationTokenOptions().expiryTimePeriodMs(-1)).expiryTimestamp().get(20, TimeUnit.SECONDS);
      refused(DelegationTokenNotFoundException.class, () -> admin.renewDelegationToken(token.hmac()).expiryTimestamp());
      assertThatThrownBy(() -> reaches(login("SCRAM-SHA-512", token))).isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SaslAuthenticationException.class);
      assertThat(broker.log()).doesNotContain(PASSWORD, MASTER, token.hmacAsBase64String());
    }
  }

  @Test
  void theStockToolDealsWithDelegationTokens() throws Exception {
    Path config = broker.data().resolve("admin.properties");
    Files.write(config, login("SCRAM-SHA-512", "admin", PASSWORD, "").entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    String[] tool = {"--bootstrap-server", "127.0.0.1:" + scram, "--command-config", config.toString()};
    assertThat(tool(tool, "--create", "--max-life-time-period", "60000", "--renewer-principal", "User:bob").output()).contains("User:admin", "User:bob");
    assertThat(tool(tool, "--describe", "--owner-principal", "User:admin").output()).contains("User:admin", "User:bob");
    try (Admin open = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      assertThat(open.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.BROKER, "1"))).all().get(20, TimeUnit.SECONDS).toString())
          .contains("delegation.token.secret.key", "sasl.jaas.config").doesNotContain(MASTER, PASSWORD, "useKeyTab");
    }
  }

  private static Run tool(String[] common, String... more) {
    return Run.tool(null, "org.apache.kafka.tools.DelegationTokenCommand",
        Stream.concat(Arrays.stream(common), Arrays.stream(more)).toArray(String[]::new)).ok();
  }

  private static Map<String, Object> carol() {
    Map<String, Object> settings = login("PLAIN", "carol", CarolsUsers.PASSWORD, "");
    settings.put("sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"carol\" password=\""
        + CarolsUsers.PASSWORD + "\";");
    return settings;
  }

  @Test
  void aBundleBringsItsUsersAndTakesThemAway() throws Exception {
    Path jar = new TestBundle("itest.carol").activator(CarolsUsers.class)
        .header("Import-Package", "org.osgi.framework,io.margay.spi.security,io.margay.spi.handler").write(broker.data().resolve("carol.jar"));
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Void> others = CompletableFuture.runAsync(() -> {
      while (!enough.get()) {
        try {
          reaches(login("SCRAM-SHA-512", "admin", PASSWORD, ""));
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    });
    try {
      assertThatThrownBy(() -> reaches(carol())).hasCauseInstanceOf(SaslAuthenticationException.class);
      broker.shell("start " + jar.toUri()).ok();
      try (Admin before = Admin.create(carol())) {
        assertThat(before.describeCluster().nodes().get(20, TimeUnit.SECONDS)).hasSize(1);
        Matcher id = Pattern.compile("(\\d+)\\|[^\n]*itest\\.carol ").matcher(broker.shell("lb -s").ok().output());
        assertThat(id.find()).isTrue();
        broker.shell("uninstall " + id.group(1)).ok();
        assertThatThrownBy(() -> reaches(carol())).hasCauseInstanceOf(SaslAuthenticationException.class);
        assertThat(before.describeCluster().nodes().get(20, TimeUnit.SECONDS)).as("a connection from before").hasSize(1);
      }
    } finally {
      enough.set(true);
    }
    others.get(60, TimeUnit.SECONDS);
    assertThat(broker.log()).doesNotContain(CarolsUsers.PASSWORD);
  }

  private static String keyTab(String file, String principal) {
    return "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true keyTab=\"" + broker.data().resolve(file + ".keytab")
        + "\" principal=\"" + principal + "@" + KeyServer.REALM + "\";";
  }

  private static Map<String, Object> ticket(String principal) {
    return new HashMap<>(Map.of("bootstrap.servers", "localhost:" + kerberos, "request.timeout.ms", "10000", "default.api.timeout.ms", "15000",
        "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "GSSAPI", "sasl.kerberos.service.name", "kafka", "sasl.jaas.config",
        keyTab(principal, principal)));
  }

  @Test
  void aTicketOfKerberosLogsIn() throws Exception {
    Assumptions.assumeTrue(KeyServer.installed(), "Debian's key server is not installed (apt-get install krb5-kdc krb5-admin-server)");
    System.setProperty("java.security.krb5.conf", KeyServer.conf(broker.data()).toString());
    try (KeyServer server = new KeyServer(broker.data())) {
      server.add("kafka/localhost", broker.data().resolve("broker.keytab"));
      server.add("alice", broker.data().resolve("alice.keytab"));
      server.add("bob", broker.data().resolve("bob.keytab"));
      reaches(ticket("alice"));
      assertThatThrownBy(() -> reaches(ticket("bob"))).as("no rule is for the name").isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SaslAuthenticationException.class);
      server.add("kafka/localhost", broker.data().resolve("broker.keytab"));
      reaches(ticket("alice"));
    }
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
