package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.metadata.ClusterImage;
import io.margay.model.Endpoint;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.message.ApiVersionsRequest;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.protocol.message.SaslHandshakeRequest;
import io.margay.protocol.message.SaslHandshakeResponse;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.quota.ClientQuotas;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.PrincipalRules;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins over sockets: what a client may do before, what it is after, and what of it the next version of the bundle knows. */
@Timeout(60)
class LoginTest {
  private static final String PASSWORD = "secret";

  @TempDir private static Path directory;
  private static TlsListener tls;

  private final StayingRoom room = new StayingRoom();
  private final NamedServices<SaslMechanism> mechanisms = new NamedServices<>("SASL mechanism", 100);
  private Server server = server();
  private Socket client;
  private long maxReauthMs;
  private int correlationId;
  private final AtomicLong kept = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private long mechanismWaitMs = 50;

  private static final class StayingRoom extends OwnRoom {
    private Connections taking;

    @Override
    public void open(Connections next) {
      taking = next;
      super.open(next);
    }

    @Override
    public void close() {
      room.leave(taking, 60_000);
    }

    void end() {
      room.close();
    }
  }

  private final class Asked implements Security {
    @Override
    public SslContext tls(String listener) {
      return tls.context();
    }

    @Override
    public Rules rules(String listener) {
      return new Rules(List.of("TEST", "AWAY"), 1_000, 20_000, 1, PrincipalRules.DEFAULT);
    }

    @Override
    public long maxReauthMs(String listener, String mechanism) {
      return maxReauthMs;
    }

    @Override
    public boolean keeps(long bytes) {
      return kept.addAndGet(bytes) <= 1_500;
    }

    @Override
    public CompletionStage<Lease<SaslMechanism>> mechanism(String name) {
      asked.incrementAndGet();
      return mechanisms.await(name, mechanismWaitMs);
    }
  }

  /** The first token is answered with another, the second has the password, and perhaps another user. */
  private static SaslLogin login(SaslMechanism.Client from) {
    return new SaslLogin() {
      private boolean second;

      @Override
      public CompletionStage<Step> respond(byte[] token) {
        String text = new String(token, StandardCharsets.UTF_8);
        if (!second) {
          second = true;
          return CompletableFuture.completedFuture(Step.more(token));
        }
        if (text.equals("later")) {
          return CompletableFuture.failedFuture(new RejectedExecutionException("it stops"));
        }
        return text.startsWith(PASSWORD) ? CompletableFuture.completedFuture(
            Step.done(new byte[0], new Principal("User", text.equals(PASSWORD) ? "alice" : "bob")))
            : CompletableFuture.failedFuture(new LoginFailedException("no"));
      }
    };
  }

  private record Whoami() implements ApiHandler {
    @Override
    public Api api() {
      return ListGroupsRequest.API;
    }

    @Override
    public Access access() {
      return Access.ANYONE;
    }

    @Override
    public void handle(Request request) {
      ListGroupsResponse response = new ListGroupsResponse();
      response.groups().add(new ListGroupsResponse.ListedGroup().setGroupId(request.principal().toString()).setProtocolType(""));
      request.respond(response);
    }

    @Override
    public Message errorResponse(Request request, Errors error) {
      return new ListGroupsResponse().setErrorCode(error.code());
    }
  }

  @Test
  void aLoginThatCannotBeCheckedNowIsNoRefusal() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(handshake("TEST")).isZero();
    token("hello");
    send(SaslAuthenticateRequest.API, (short) 2, new SaslAuthenticateRequest().setAuthBytes("later".getBytes(StandardCharsets.UTF_8)));
    isClosed();
  }

  @BeforeAll
  static void key() throws Exception {
    Path store = directory.resolve("key.p12");
    Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "key", "-dname",
        "CN=localhost", "-keyalg", "EC", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", "secret1").inheritIO().start();
    assertThat(keytool.waitFor()).isZero();
    tls = TlsListener.read("IN", new FakeSettings().with("ssl.keystore.type", "PKCS12").with("ssl.keystore.location", store.toString())
        .with("ssl.keystore.password", "secret1"));
  }

  @AfterEach
  void stop() throws IOException {
    if (client != null) {
      client.close();
    }
    server.close();
    room.end();
  }

  private Server server() {
    return new Server(new ServerConfig("IN", new ServerConfig.Sockets(1, 50, -1, -1), new ServerConfig.Requests(1 << 20, 24 << 20, () -> 16_384L,
        () -> 1_000), TestServers.limits(100, 100, 100), () -> 60_000, () -> 300L, new Asked()), () -> ClusterImage.EMPTY, room);
  }

  private void open(String protocol) throws Exception {
    server.open();
    server.listen(List.of(new Endpoint("IN", protocol, "127.0.0.1", 0)), List.of());
    server.handlers().bind(new Whoami());
    server.markReady();
    mechanisms.add(LoginTest::login, Map.of("name", "TEST"));
    client = protocol.endsWith("SSL") ? trusting().getSocketFactory().createSocket("127.0.0.1", server.advertised().get(0).port())
        : new Socket("127.0.0.1", server.advertised().get(0).port());
    client.setSoTimeout(20_000);
  }

  private static SSLContext trusting() throws Exception {
    KeyStore store = KeyStore.getInstance(directory.resolve("key.p12").toFile(), "secret1".toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("key", store.getCertificate("key"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private void send(Api api, short version, Message request) throws IOException {
    byte[] bytes = Messages.toBytes(request, version);
    boolean flexible = api.requestHeaderVersion(version) >= 2;
    ByteBuffer b = ByteBuffer.allocate(4 + 2 + 2 + 4 + 2 + 1 + (flexible ? 1 : 0) + bytes.length);
    b.putInt(b.capacity() - 4).putShort(api.key()).putShort(version).putInt(++correlationId).putShort((short) 1).put((byte) 'c');
    if (flexible) {
      b.put((byte) 0);
    }
    client.getOutputStream().write(b.put(bytes).array());
  }

  private <R extends Message> R ask(Api api, int version, Message request, R response) throws IOException {
    send(api, (short) version, request);
    return receive(api, version, response);
  }

  private <R extends Message> R receive(Api api, int version, R response) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    byte[] frame = in.readNBytes(in.readInt());
    MessageReader reader = new MessageReader(Unpooled.wrappedBuffer(frame).skipBytes(4 + (api.responseHeaderVersion((short) version) >= 1 ? 1 : 0)));
    response.read(reader, (short) version);
    return response;
  }

  private short handshake(String mechanism) throws IOException {
    return ask(SaslHandshakeRequest.API, 1, new SaslHandshakeRequest().setMechanism(mechanism), new SaslHandshakeResponse()).errorCode();
  }

  private SaslAuthenticateResponse token(String text) throws IOException {
    return ask(SaslAuthenticateRequest.API, 2, new SaslAuthenticateRequest().setAuthBytes(text.getBytes(StandardCharsets.UTF_8)),
        new SaslAuthenticateResponse());
  }

  private void logIn() throws IOException {
    assertThat(handshake("TEST")).isZero();
    assertThat(token("hello").authBytes()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
    assertThat(token(PASSWORD).errorCode()).isZero();
  }

  private String whoami() throws IOException {
    return ask(ListGroupsRequest.API, 3, new ListGroupsRequest(), new ListGroupsResponse()).groups().get(0).groupId();
  }

  private void isClosed() throws IOException {
    assertThat(client.getInputStream().read()).isEqualTo(-1);
  }

  /** Who has not logged in could invent client ids, and so fill the tables of those who count. */
  @Test
  void theQuotasHearOfAClientWhenItHasLoggedIn() throws Exception {
    List<String> clients = new CopyOnWriteArrayList<>();
    open("SASL_PLAINTEXT");
    server.limit(new ClientQuotas() {
      @Override
      public int version() {
        return 1;
      }

      @Override
      public ClientQuota of(Principal user, String clientId) {
        clients.add(user + " " + clientId);
        return ClientQuota.NONE;
      }

      @Override
      public int connected(InetAddress address) {
        return 0;
      }
    });
    assertThat(ask(ApiVersionsRequest.API, 0, new ApiVersionsRequest(), new ApiVersionsResponse()).errorCode()).isZero();
    logIn();
    assertThat(whoami()).isEqualTo("User:alice");
    assertThat(clients).isNotEmpty().containsOnly("User:alice c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SASL_PLAINTEXT", "SASL_SSL"})
  void aClientIsWhoItHasLoggedInAsAlsoForTheNextVersionOfTheBundle(String protocol) throws Exception {
    open(protocol);
    logIn();
    assertThat(whoami()).isEqualTo("User:alice");
    server.leave(60_000);
    server = server();
    server.listen(List.of(new Endpoint("IN", protocol, "127.0.0.1", 0)), List.of());
    server.open();
    server.handlers().bind(new Whoami());
    server.markReady();
    assertThat(whoami()).isEqualTo("User:alice");
  }

  @Test
  void aLoginThatHasBegunIsEndedBeforeTheConnectionLeaves() throws Exception {
    open("SASL_SSL");
    assertThat(handshake("TEST")).isZero();
    assertThat(token("hello").errorCode()).isZero();
    Server former = server;
    former.leave(60_000);
    server = server();
    server.listen(List.of(new Endpoint("IN", "SASL_SSL", "127.0.0.1", 0)), List.of());
    server.open();
    server.handlers().bind(new Whoami());
    server.markReady();
    assertThat(former.connectionCount()).isEqualTo(1);
    assertThat(token(PASSWORD).errorCode()).isZero();
    assertThat(whoami()).isEqualTo("User:alice");
    assertThat(former.connectionCount()).isZero();
  }

  @Test
  void aHandshakeThatWaitsForItsMechanismIsStartedAgainByTheNextServer() throws Exception {
    mechanismWaitMs = 20_000;
    open("SASL_PLAINTEXT");
    send(SaslHandshakeRequest.API, (short) 1, new SaslHandshakeRequest().setMechanism("AWAY"));
    while (asked.get() == 0) {
      Thread.onSpinWait();
    }
    Server former = server;
    former.leave(60_000);
    server = server();
    server.listen(List.of(new Endpoint("IN", "SASL_PLAINTEXT", "127.0.0.1", 0)), List.of());
    server.open();
    server.handlers().bind(new Whoami());
    server.markReady();
    mechanisms.add(LoginTest::login, Map.of("name", "AWAY"));
    assertThat(receive(SaslHandshakeRequest.API, 1, new SaslHandshakeResponse()).errorCode()).isZero();
    assertThat(token("hello").errorCode()).isZero();
    assertThat(token(PASSWORD).errorCode()).isZero();
    assertThat(whoami()).isEqualTo("User:alice");
    assertThat(former.connectionCount()).isZero();
    assertThat(asked).hasValue(2);
  }

  @Test
  void aTokenWithoutAHandshakeEndsTheConnection() throws Exception {
    open("SASL_PLAINTEXT");
    send(SaslAuthenticateRequest.API, (short) 2, new SaslAuthenticateRequest().setAuthBytes(PASSWORD.getBytes(StandardCharsets.UTF_8)));
    isClosed();
  }

  @Test
  void anotherRequestEndsTheConnection() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(ask(ApiVersionsRequest.API, 0, new ApiVersionsRequest(), new ApiVersionsResponse()).errorCode()).isZero();
    send(ListGroupsRequest.API, (short) 3, new ListGroupsRequest());
    isClosed();
  }

  @Test
  void aRequestBeforeTheLoginIsSmall() throws Exception {
    open("SASL_PLAINTEXT");
    client.getOutputStream().write(ByteBuffer.allocate(4).putInt(1_001).array());
    isClosed();
  }

  @Test
  void whatIsKeptBeforeTheLoginIsBoundedForAllTogether() throws Exception {
    open("SASL_PLAINTEXT");
    Socket first = client;
    byte[] part = ByteBuffer.allocate(904).putInt(900).array();
    first.getOutputStream().write(part, 0, 800);
    while (kept.get() == 0) {
      Thread.onSpinWait();
    }
    try (Socket second = new Socket("127.0.0.1", server.advertised().get(0).port())) {
      second.setSoTimeout(20_000);
      second.getOutputStream().write(part, 0, 800);
      assertThat(second.getInputStream().read()).isEqualTo(-1);
    }
    first.close();
    while (kept.get() != 0) {
      Thread.onSpinWait();
    }
    client = new Socket("127.0.0.1", server.advertised().get(0).port());
    client.setSoTimeout(20_000);
    logIn();
    assertThat(kept).hasValue(0);
  }

  @Test
  void aFailedLoginEndsTheConnection() throws Exception {
    open("SASL_SSL");
    assertThat(handshake("TEST")).isZero();
    token("hello");
    SaslAuthenticateResponse answer = token("wrong");
    assertThat(answer.errorCode()).isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
    assertThat(answer.errorMessage()).isEqualTo("no");
    isClosed();
  }

  @Test
  void aSecondTlsHandshakeEndsTheConnection() throws Exception {
    open("SASL_SSL");
    SSLSocket secure = (SSLSocket) client;
    secure.setEnabledProtocols(new String[] {"TLSv1.2"});
    logIn();
    assertThat(whoami()).isEqualTo("User:alice");
    secure.startHandshake();
    assertThatThrownBy(() -> {
      whoami();
      whoami();
    }).isInstanceOf(IOException.class);
  }

  @Test
  void mechanismsAreThoseThatAreEnabled() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(handshake("OTHER")).isEqualTo(Errors.UNSUPPORTED_SASL_MECHANISM.code());
    isClosed();
  }

  @Test
  void aMechanismThatDoesNotComeBackEndsTheConnection() throws Exception {
    open("SASL_PLAINTEXT");
    send(SaslHandshakeRequest.API, (short) 1, new SaslHandshakeRequest().setMechanism("AWAY"));
    isClosed();
  }

  @Test
  void aClientLogsInAgainAsTheSameUser() throws Exception {
    maxReauthMs = TimeUnit.HOURS.toMillis(1);
    open("SASL_PLAINTEXT");
    assertThat(handshake("TEST")).isZero();
    token("hello");
    assertThat(token(PASSWORD).sessionLifetimeMs()).isEqualTo(maxReauthMs);
    logIn();
    assertThat(whoami()).isEqualTo("User:alice");
    assertThat(handshake("TEST")).isZero();
    token("hello");
    assertThat(token(PASSWORD + " of bob").errorCode()).isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
    isClosed();
  }

  @Test
  void aLoginThatHasExpiredMustBeRenewed() throws Exception {
    maxReauthMs = 1;
    open("SASL_PLAINTEXT");
    logIn();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    logIn();
    end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    send(ListGroupsRequest.API, (short) 3, new ListGroupsRequest());
    isClosed();
  }
}
