package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterImage;
import io.margay.model.Endpoint;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
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
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.PrincipalRules;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server whose listener asks for logins, and a client with a socket. */
@Timeout(60)
abstract class LoginFixture {
  static final String PASSWORD = "secret";

  @TempDir static Path directory;
  static TlsListener tls;

  final StayingRoom room = new StayingRoom();
  final NamedServices<SaslMechanism> mechanisms = new NamedServices<>("SASL mechanism", 100);
  Server server = server();
  Socket client;
  long maxReauthMs;
  int correlationId;
  final AtomicLong kept = new AtomicLong();
  final AtomicInteger asked = new AtomicInteger();
  long mechanismWaitMs = 50;

  static final class StayingRoom extends OwnRoom {
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

  final class Asked implements Security {
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
  static SaslLogin login(SaslMechanism.Client from) {
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

  record Whoami() implements ApiHandler {
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

  Server server() {
    return new Server(new ServerConfig("IN", new ServerConfig.Sockets(1, 50, -1, -1), new ServerConfig.Requests(1 << 20, 24 << 20, () -> 16_384L,
        () -> 1_000), TestServers.limits(100, 100, 100), () -> 60_000, () -> 300L, new Asked()), () -> ClusterImage.EMPTY, room);
  }

  /** The next version of the bundle takes the connections of the one that leaves. */
  void next(String protocol) throws IOException {
    server = server();
    server.listen(List.of(new Endpoint("IN", protocol, "127.0.0.1", 0)), List.of());
    server.open();
    server.handlers().bind(new Whoami());
    server.markReady();
  }

  void open(String protocol) throws Exception {
    server.open();
    server.listen(List.of(new Endpoint("IN", protocol, "127.0.0.1", 0)), List.of());
    server.handlers().bind(new Whoami());
    server.markReady();
    mechanisms.add(LoginFixture::login, Map.of("name", "TEST"));
    client = protocol.endsWith("SSL") ? trusting().getSocketFactory().createSocket("127.0.0.1", server.advertised().get(0).port())
        : new Socket("127.0.0.1", server.advertised().get(0).port());
    client.setSoTimeout(20_000);
  }

  static SSLContext trusting() throws Exception {
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

  void send(Api api, short version, Message request) throws IOException {
    byte[] bytes = Messages.toBytes(request, version);
    boolean flexible = api.requestHeaderVersion(version) >= 2;
    ByteBuffer b = ByteBuffer.allocate(4 + 2 + 2 + 4 + 2 + 1 + (flexible ? 1 : 0) + bytes.length);
    b.putInt(b.capacity() - 4).putShort(api.key()).putShort(version).putInt(++correlationId).putShort((short) 1).put((byte) 'c');
    if (flexible) {
      b.put((byte) 0);
    }
    client.getOutputStream().write(b.put(bytes).array());
  }

  <R extends Message> R ask(Api api, int version, Message request, R response) throws IOException {
    send(api, (short) version, request);
    return receive(api, version, response);
  }

  <R extends Message> R receive(Api api, int version, R response) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    byte[] frame = in.readNBytes(in.readInt());
    MessageReader reader = new MessageReader(Unpooled.wrappedBuffer(frame).skipBytes(4 + (api.responseHeaderVersion((short) version) >= 1 ? 1 : 0)));
    response.read(reader, (short) version);
    return response;
  }

  short handshake(String mechanism) throws IOException {
    return ask(SaslHandshakeRequest.API, 1, new SaslHandshakeRequest().setMechanism(mechanism), new SaslHandshakeResponse()).errorCode();
  }

  SaslAuthenticateResponse token(String text) throws IOException {
    return ask(SaslAuthenticateRequest.API, 2, new SaslAuthenticateRequest().setAuthBytes(text.getBytes(StandardCharsets.UTF_8)),
        new SaslAuthenticateResponse());
  }

  void logIn() throws IOException {
    assertThat(handshake("TEST")).isZero();
    assertThat(token("hello").authBytes()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
    assertThat(token(PASSWORD).errorCode()).isZero();
  }

  String whoami() throws IOException {
    return ask(ListGroupsRequest.API, 3, new ListGroupsRequest(), new ListGroupsResponse()).groups().get(0).groupId();
  }

  void isClosed() throws IOException {
    assertThat(client.getInputStream().read()).isEqualTo(-1);
  }
}
