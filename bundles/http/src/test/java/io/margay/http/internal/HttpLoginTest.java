package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.client.LocalClient;
import io.margay.spi.handler.Principal;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.security.AuthorizerSettings;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.margay.spi.security.SaslSettings;
import io.margay.spi.security.Scram;
import io.margay.spi.security.ScramCredential;
import io.margay.spi.time.ManualTime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logins, ACLs and TLS with real sockets. */
@Timeout(60)
class HttpLoginTest {
  /** SCRAM with the one user alice, as a server has it (RFC 5802). */
  private static final class OneUser implements SaslMechanism {
    private final ScramCredential alice = Scram.SHA_512.credential("secret", 4096);
    private final AtomicInteger begun = new AtomicInteger();

    @Override
    public SaslLogin begin(Client client) {
      begun.incrementAndGet();
      return new SaslLogin() {
        private String user;
        private String messages;

        @Override
        public CompletionStage<Step> respond(byte[] token) {
          String text = new String(token, StandardCharsets.UTF_8);
          if (user == null) {
            user = text.substring(text.indexOf("n=") + 2, text.indexOf(",r="));
            String answer = "r=" + text.substring(text.indexOf(",r=") + 3) + "more,s=" + Base64.getEncoder().encodeToString(alice.salt()) + ",i=4096";
            messages = text.substring(3) + "," + answer;
            return CompletableFuture.completedFuture(Step.more(answer.getBytes(StandardCharsets.UTF_8)));
          }
          int proof = text.indexOf(",p=");
          byte[] signature = Scram.SHA_512.hmac(alice.storedKey(), messages + "," + text.substring(0, proof));
          byte[] key = Scram.xor(Base64.getDecoder().decode(text.substring(proof + 3)), signature);
          return Arrays.equals(Scram.SHA_512.hash(key), alice.storedKey()) && user.equals("alice")
              ? CompletableFuture.completedFuture(Step.done(new byte[0], new Principal("User", user)))
              : CompletableFuture.failedFuture(new LoginFailedException("no"));
        }
      };
    }
  }

  /** Alice may write to the topic t. */
  private static final class Rules implements LocalClient {
    private Verdict verdict = Verdict.DENIED;

    @Override
    public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
      return CompletableFuture.failedFuture(new IllegalStateException("not here"));
    }

    @Override
    public LocalClient as(Caller caller) {
      Rules all = this;
      return new LocalClient() {
        @Override
        public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
          return all.send(api, request, response);
        }

        @Override
        public Verdict decide(String action, AclOperation operation, ResourceType type, String name) {
          assertThat(operation).isEqualTo(AclOperation.WRITE);
          assertThat(caller.trusted()).isFalse();
          return caller.principal().name().equals("alice") && name.equals("t") ? Verdict.ALLOWED : verdict;
        }
      };
    }
  }

  @TempDir
  private Path directory;

  private final TestService test = new TestService(true);
  private final OneUser users = new OneUser();
  private final Rules rules = new Rules();
  private HttpServer server;
  private HttpTls tls;
  private int port;

  private void open(boolean secured) throws IOException {
    test.settings.set(SaslSettings.CONNECTION_FAILED_AUTHENTICATION_DELAY_MS, "0");
    test.mechanisms.add(users, Map.of("name", "SCRAM-SHA-512"));
    test.settings.set(HttpSettings.MARGAY_HTTP_BASIC_MECHANISMS, "SCRAM-SHA-512");
    test.clients.add(rules, Map.of(NamedServices.NAME_PROPERTY, Producing.CLIENT));
    try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = s.getLocalPort();
    }
    server = new HttpServer(test.service, test.limits, test.lines, tls);
    server.open(List.of(new HttpListener("127.0.0.1", port, secured)));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static String basic(String user, String password) {
    return "Authorization: Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)) + "\r\n";
  }

  private static String post(String topic, String header) {
    String body = TestService.record("v");
    return "POST /topics/" + topic + "/records HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n" + header
        + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private String ask(Socket socket, String request) throws IOException {
    try (socket) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String ask(String request) throws IOException {
    return ask(new Socket(InetAddress.getLoopbackAddress(), port), request);
  }

  @Test
  void aPasswordIsCheckedWithTheUsersOfTheMechanism() throws IOException {
    open(false);
    test.settings.set(HttpSettings.MARGAY_HTTP_AUTHENTICATION, "required");
    assertThat(ask(post("t", ""))).startsWith("HTTP/1.1 401").contains("Basic realm=\"margay\"").doesNotContain("Bearer");
    assertThat(ask(post("t", basic("alice", "wrong")))).startsWith("HTTP/1.1 401");
    assertThat(ask(post("t", basic("bob", "secret")))).startsWith("HTTP/1.1 401");
    assertThat(ask(post("t", "Authorization: Basic %%%\r\n"))).startsWith("HTTP/1.1 401");
    assertThat(test.sent).isEmpty();
    int tried = users.begun.get();
    assertThat(ask(post("t", basic("alice", "secret")))).startsWith("HTTP/1.1 200");
    assertThat(ask(post("t", basic("alice", "secret")))).startsWith("HTTP/1.1 200");
    assertThat(users.begun).as("it is known for a time").hasValue(tried + 1);
    List<AuditEvent> events = new ArrayList<>();
    test.audit.drain(100, events::add);
    assertThat(events).extracting(e -> e.actor().principal()).containsExactly("User:alice", "User:bob");
    assertThat(events.toString()).doesNotContain("secret").doesNotContain("wrong");
  }

  @Test
  void loopbackNeedsNoLoginAndOthersDo() throws IOException {
    open(false);
    assertThat(test.service.logins().required(true)).isFalse();
    assertThat(test.service.logins().required(false)).isTrue();
    assertThat(ask(post("t", ""))).startsWith("HTTP/1.1 200");
    assertThat(ask(post("t", basic("alice", "wrong")))).as("what is shown is checked").startsWith("HTTP/1.1 401");
  }

  @Test
  void theAclsOfTheUserCount() throws IOException {
    test.settings.set(AuthorizerSettings.AUTHORIZER_CLASS_NAME, "acl");
    open(false);
    assertThat(ask(post("t", ""))).startsWith("HTTP/1.1 403");
    assertThat(ask(post("t", basic("alice", "secret")))).startsWith("HTTP/1.1 200");
    String denied = ask(post("__own", basic("alice", "secret")));
    assertThat(denied).startsWith("HTTP/1.1 403");
    assertThat(body(ask(post("nosuch", basic("alice", "secret"))))).as("it does not tell whether a topic exists")
        .isEqualTo(body(denied).replace("__own", "nosuch"));
    rules.verdict = LocalClient.Verdict.UNDECIDED;
    assertThat(ask(post("other", basic("alice", "secret")))).startsWith("HTTP/1.1 503");
  }

  private static String body(String response) {
    return response.substring(response.indexOf("\r\n\r\n"));
  }

  @Test
  void probesNeedNoLoginUnlessTheyAreSetTo() throws IOException {
    open(false);
    test.settings.set(HttpSettings.MARGAY_HTTP_AUTHENTICATION, "required");
    String probe = "GET /health/live HTTP/1.1\r\nHost: x\r\n";
    assertThat(ask(probe + "\r\n")).startsWith("HTTP/1.1 503").contains("health");
    test.settings.set(HttpSettings.MARGAY_HTTP_PROBES_OPEN, "false");
    assertThat(ask(probe + "\r\n")).startsWith("HTTP/1.1 401");
    assertThat(ask(probe + basic("alice", "secret") + "\r\n")).startsWith("HTTP/1.1 503");
  }

  @Test
  void aBearerTokenIsShownToTheMechanismOauthbearer() throws IOException {
    open(false);
    test.mechanisms.add(client -> token -> new String(token, StandardCharsets.UTF_8).equals("n,,\u0001auth=Bearer abc.def\u0001\u0001")
        ? CompletableFuture.completedFuture(SaslLogin.Step.done(new byte[0], new Principal("User", "alice")))
        : CompletableFuture.failedFuture(new LoginFailedException("no")), Map.of("name", "OAUTHBEARER"));
    test.settings.set(HttpSettings.MARGAY_HTTP_AUTHENTICATION, "required");
    assertThat(ask(post("t", ""))).startsWith("HTTP/1.1 401").contains("Bearer realm");
    assertThat(ask(post("t", "Authorization: Bearer abc.def\r\n"))).startsWith("HTTP/1.1 200");
    assertThat(ask(post("t", "Authorization: Bearer other\r\n"))).startsWith("HTTP/1.1 401");
  }

  /** Answers when the test lets it. */
  private static final class Slow implements SaslMechanism {
    private final List<CompletableFuture<SaslLogin.Step>> asked = new ArrayList<>();

    @Override
    public SaslLogin begin(Client client) {
      return token -> {
        CompletableFuture<SaslLogin.Step> answer = new CompletableFuture<>();
        asked.add(answer);
        return answer;
      };
    }
  }

  private static int status(CompletableFuture<Principal> login) {
    return login.isDone() ? login.handle((who, e) -> e == null ? 200 : ((RefusedException) e).error().status()).join() : 0;
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private CompletableFuture<Principal> login(String shown, String address) {
    return test.service.logins().login(shown, address(address), "HTTP");
  }

  private static String alice(String password) {
    return "Basic " + Base64.getEncoder().encodeToString(("alice:" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aPasswordDoesNotWaitForTheKeysOfTokens() throws IOException {
    open(false);
    Slow keys = new Slow();
    test.mechanisms.add(keys, Map.of("name", "OAUTHBEARER"));
    List<CompletableFuture<Principal>> tokens = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      tokens.add(login("Bearer t" + i, "10.0.0." + i));
    }
    assertThat(tokens).filteredOn(login -> status(login) == 0).hasSize(HttpLogins.MOST_WAITING);
    assertThat(tokens).filteredOn(login -> status(login) == 503).hasSize(200 - HttpLogins.MOST_WAITING);
    assertThat(login(alice("secret"), "10.0.0.1").join()).isEqualTo(new Principal("User", "alice"));
    assertThat(tokens.get(0)).as("it still waits for its keys").isNotDone();
    keys.asked.forEach(a -> a.complete(SaslLogin.Step.done(new byte[0], new Principal("User", "bob"))));
    assertThat(tokens.get(0).join()).isEqualTo(new Principal("User", "bob"));
    assertThat(status(login("Bearer again", "10.0.0.1"))).as("there is room again").isZero();
  }

  @Test
  void oneAddressHasAShareOfTheLogins() throws IOException {
    open(false);
    Slow slow = new Slow();
    test.mechanisms.add(slow, Map.of("name", "PLAIN"));
    test.settings.set(HttpSettings.MARGAY_HTTP_BASIC_MECHANISMS, "PLAIN");
    List<CompletableFuture<Principal>> greedy = new ArrayList<>();
    for (int i = 0; i < HttpLogins.MOST_WAITING; i++) {
      greedy.add(login(alice("x" + i), "10.0.0.1"));
    }
    assertThat(greedy).filteredOn(login -> status(login) == 0).hasSize(HttpLogins.MOST_OF_ADDRESS);
    assertThat(greedy).filteredOn(login -> status(login) == 503).hasSize(HttpLogins.MOST_WAITING - HttpLogins.MOST_OF_ADDRESS);
    assertThat(status(login(alice("y"), "10.0.0.2"))).as("another one is checked").isZero();
    slow.asked.forEach(a -> a.completeExceptionally(new LoginFailedException("no")));
    assertThat(greedy).filteredOn(login -> status(login) == 401).hasSize(HttpLogins.MOST_OF_ADDRESS);
    assertThat(status(login(alice("z"), "10.0.0.1"))).as("it has its share again").isZero();
  }

  @Test
  void aMechanismThatFailsEndsTheLogin() throws IOException {
    open(false);
    test.settings.set(HttpSettings.MARGAY_HTTP_BASIC_MECHANISMS, "PLAIN");
    test.mechanisms.add(client -> {
      throw new IllegalStateException("a bug");
    }, Map.of("name", "PLAIN"));
    for (int i = 0; i < HttpLogins.MOST_WAITING * 2; i++) {
      assertThat(login(alice("x"), "10.0.0.1")).isCompletedExceptionally();
    }
    test.settings.set(HttpSettings.MARGAY_HTTP_BASIC_MECHANISMS, "SCRAM-SHA-512");
    assertThat(login(alice("secret"), "10.0.0.1").join()).as("its room is given back").isEqualTo(new Principal("User", "alice"));
  }

  @Test
  void manyLoginsAtOnceAreBounded() throws IOException {
    open(false);
    List<CompletableFuture<Principal>> all = new ArrayList<>();
    for (int i = 0; i < HttpLogins.MOST_WAITING * 3; i++) {
      String shown = "Basic " + Base64.getEncoder().encodeToString(("alice:" + i).getBytes(StandardCharsets.UTF_8));
      all.add(test.service.logins().login(shown, InetAddress.getLoopbackAddress(), "HTTP"));
    }
    List<Integer> statuses = new ArrayList<>();
    for (CompletableFuture<Principal> login : all) {
      login.handle((who, e) -> statuses.add(((RefusedException) e).error().status())).join();
    }
    assertThat(statuses).contains(401, 503).hasSize(all.size());
  }

  @Test
  void recordsAreTakenOverTls() throws Exception {
    Path keys = keys("CN=localhost");
    test.settings.with("listener.name.https.ssl.keystore.location", keys.toString()).with("listener.name.https.ssl.keystore.type", "PKCS12")
        .with("listener.name.https.ssl.keystore.password", "password-1");
    tls = new HttpTls(test.settings, new ManualTime());
    open(true);
    KeyStore trusted = KeyStore.getInstance(keys.toFile(), "password-1".toCharArray());
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore only = KeyStore.getInstance("PKCS12");
    only.load(null, null);
    only.setCertificateEntry("ca", (X509Certificate) trusted.getCertificate("key"));
    trust.init(only);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    assertThat(ask(context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port), post("t", ""))).startsWith("HTTP/1.1 200")
        .contains("\"offset\":0");
    assertThat(ask(context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port), "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 404");
    assertThat(ask(post("t", ""))).as("plain text on a listener with TLS").doesNotContain("HTTP/1.1 200");
  }

  @Test
  void httpsWithoutAKeyIsRefused() {
    assertThatThrownBy(() -> new HttpTls(test.settings, new ManualTime()))
        .hasMessageContaining("HTTPS needs a key");
    server = new HttpServer(test.service, test.limits, test.lines, null);
  }

  /** The timer reads again at each interval while the file is another one than the one that is used. */
  @Test
  void aFaultOfTheKeysIsSaidOnceUntilItChanges() throws Exception {
    Path file = keys("CN=localhost");
    byte[] good = Files.readAllBytes(file);
    test.settings.with("listener.name.https.ssl.keystore.location", file.toString()).with("listener.name.https.ssl.keystore.type", "PKCS12")
        .with("listener.name.https.ssl.keystore.password", "password-1");
    server = new HttpServer(test.service, test.limits, test.lines, null);
    List<LogRecord> said = new ArrayList<>();
    Handler keeper = new Handler() {
      @Override
      public void publish(LogRecord line) {
        if (line.getLevel() == Level.SEVERE) {
          said.add(line);
        }
      }

      @Override
      public void flush() { }

      @Override
      public void close() { }
    };
    Logger logger = Logger.getLogger(HttpTls.class.getName());
    logger.addHandler(keeper);
    logger.setUseParentHandlers(false);
    try (HttpTls keys = new HttpTls(test.settings, new ManualTime())) {
      Files.writeString(file, "nonsense");
      keys.readAgain();
      keys.readAgain();
      keys.readAgain();
      assertThat(said).hasSize(1);
      test.settings.with("listener.name.https.ssl.keystore.location", directory.resolve("none").toString());
      assertThat(said).as("another fault").hasSize(2);
      keys.readAgain();
      assertThat(said).hasSize(2);
      Files.write(file, good);
      test.settings.with("listener.name.https.ssl.keystore.location", file.toString());
      Files.writeString(file, "nonsense");
      keys.readAgain();
      assertThat(said).as("again, after it was well").hasSize(3);
    } finally {
      logger.removeHandler(keeper);
      logger.setUseParentHandlers(true);
    }
  }

  private Path keys(String name) throws Exception {
    Path file = directory.resolve("key.p12");
    Files.deleteIfExists(file);
    Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "key",
        "-dname", name, "-keyalg", "EC", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", "password-1").inheritIO().start();
    assertThat(keytool.waitFor()).isZero();
    return file;
  }
}
