package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterImage;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.protocol.message.SaslHandshakeRequest;
import io.margay.protocol.message.SaslHandshakeResponse;
import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.PrincipalRules;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A mechanism that refuses a client and has it send one more token, as OAUTHBEARER does: the client need not send that. */
class RefusedTokenTest {
  private static final int DELAY_MS = 5_000;

  private final AuditQueue queue = new AuditQueue("test", Clock.SYSTEM, () -> 1 << 20, () -> 10_000);
  private final NamedServices<SaslMechanism> mechanisms = new NamedServices<>("SASL mechanism", 100);
  private final Server server = new Server(new ServerConfig("IN", new ServerConfig.Sockets(1, 50, -1, -1), new ServerConfig.Requests(1 << 20, 24 << 20,
      () -> 16_384L, () -> 1_000), TestServers.limits(100, 100, 100), () -> 60_000, () -> 300L, new Asked()), () -> ClusterImage.EMPTY, new OwnRoom());
  private final EmbeddedChannel client = channel();

  private static EmbeddedChannel channel() {
    return new EmbeddedChannel(false, false) {
      @Override
      protected SocketAddress remoteAddress0() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
      }
    };
  }

  private final class Asked implements Security {
    private final RequestAudit audit = new RequestAudit(queue, (scope, name) -> null, new LineLimit(Clock.SYSTEM));

    @Override
    public RequestAudit audit() {
      return audit;
    }

    @Override
    public SslContext tls(String listener) {
      return null;
    }

    @Override
    public Rules rules(String listener) {
      return new Rules(List.of("TEST"), 1_000, 60_000, DELAY_MS, PrincipalRules.DEFAULT);
    }

    @Override
    public long maxReauthMs(String listener, String mechanism) {
      return 0;
    }

    @Override
    public boolean keeps(long bytes) {
      return true;
    }

    @Override
    public CompletionStage<Lease<SaslMechanism>> mechanism(String name) {
      return mechanisms.await(name, 50);
    }
  }

  private static SaslLogin login(SaslMechanism.Client from) {
    return new SaslLogin() {
      private LoginFailedException refusal;

      @Override
      public CompletionStage<Step> respond(byte[] token) {
        if (refusal != null) {
          return CompletableFuture.failedFuture(refusal);
        }
        refusal = new LoginFailedException("no", "it is not good");
        return CompletableFuture.completedFuture(Step.more("why".getBytes(StandardCharsets.UTF_8)));
      }

      @Override
      public LoginFailedException refusal() {
        return refusal;
      }

      @Override
      public String claimedUser() {
        return "alice";
      }
    };
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private void send(int version, int correlationId, Message body, io.margay.protocol.Api api) {
    client.writeInbound(ConnectionFixture.request(api, version, correlationId, body));
    client.runPendingTasks();
  }

  private <R extends Message> R answer(int version, R response) {
    ByteBuf frame = client.readOutbound();
    if (frame == null) {
      return null;
    }
    response.read(new MessageReader(frame.skipBytes(8 + (version >= 2 ? 1 : 0))), (short) version);
    frame.release();
    return response;
  }

  private SaslAuthenticateResponse answer() {
    return answer(2, new SaslAuthenticateResponse());
  }

  private void token(int correlationId) {
    send(2, correlationId, new SaslAuthenticateRequest().setAuthBytes(new byte[1]), SaslAuthenticateRequest.API);
  }

  private List<String> recorded() {
    List<String> all = new ArrayList<>();
    queue.drainAll((AuditEvent e) -> all.add(e.actor().principal() + " " + e.outcome() + " " + e.count() + " " + e.details()));
    return all;
  }

  private void open(Function<SaslMechanism.Client, SaslLogin> login) throws Exception {
    mechanisms.add(login::apply, Map.of("name", "TEST"));
    server.markReady();
    client.pipeline().addLast(new Connection(server, "IN", "SASL_PLAINTEXT", client));
    client.register();
    client.freezeTime();
    send(1, 1, new SaslHandshakeRequest().setMechanism("TEST"), SaslHandshakeRequest.API);
    assertThat(answer(1, new SaslHandshakeResponse()).errorCode()).isZero();
  }

  /** A mechanism may come from elsewhere: whatever it throws, and where, the client does not wait in vain. */
  @Test
  void aMechanismThatBreaksEndsTheConnection() throws Exception {
    open(from -> new SaslLogin() {
      @Override
      public CompletionStage<Step> respond(byte[] token) {
        return CompletableFuture.completedFuture(Step.more(token));
      }

      @Override
      public LoginFailedException refusal() {
        throw new NoClassDefFoundError("thrown by the test");
      }
    });
    token(2);
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void aFailedLoginIsLoggedAlthoughAnotherClientHasSentNoLogin() throws Exception {
    open(RefusedTokenTest::login);
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler keeper = new Handler() {
      @Override
      public void publish(LogRecord line) {
        lines.add(line.getMessage());
      }

      @Override
      public void flush() { }

      @Override
      public void close() { }
    };
    Logger logger = Logger.getLogger("io.margay.server.internal");
    logger.addHandler(keeper);
    try {
      EmbeddedChannel stranger = channel();
      stranger.pipeline().addLast(new Connection(server, "IN", "SASL_PLAINTEXT", stranger));
      stranger.register();
      stranger.writeInbound(ConnectionFixture.request(SaslAuthenticateRequest.API, 2, 1, new SaslAuthenticateRequest()));
      stranger.runPendingTasks();
      assertThat(stranger.isOpen()).isFalse();
      token(2);
    } finally {
      logger.removeHandler(keeper);
    }
    assertThat(lines).anyMatch(line -> line.contains("where a login is expected")).anyMatch(line -> line.startsWith("A login failed: it is not good"));
  }

  @Test
  void aRefusalIsRecordedOnceAndDelaysTheFirstAnswer() throws Exception {
    open(RefusedTokenTest::login);
    token(2);
    assertThat(recorded()).as("the client may go now").containsExactly("User:alice failed 1 {reason=it is not good}");
    assertThat(answer()).isNull();
    client.advanceTimeBy(DELAY_MS, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(answer().authBytes()).isEqualTo("why".getBytes(StandardCharsets.UTF_8));
    token(3);
    client.runScheduledPendingTasks();
    SaslAuthenticateResponse last = answer();
    assertThat(last.errorCode()).isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
    assertThat(last.errorMessage()).isEqualTo("no");
    assertThat(client.isOpen()).isFalse();
    assertThat(recorded()).isEmpty();
  }
}
