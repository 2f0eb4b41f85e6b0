package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.protocol.message.ApiVersionsRequest;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.protocol.message.SaslHandshakeRequest;
import io.margay.protocol.message.SaslHandshakeResponse;
import io.margay.spi.handler.Principal;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.quota.ClientQuotas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins over sockets: what a client may do before, what it is after, and what of it the next version of the bundle knows. */
class LoginTest extends LoginFixture {
  @Test
  void aLoginThatCannotBeCheckedNowIsNoRefusal() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(handshake("TEST")).isZero();
    token("hello");
    send(SaslAuthenticateRequest.API, (short) 2, new SaslAuthenticateRequest().setAuthBytes("later".getBytes(StandardCharsets.UTF_8)));
    isClosed();
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
    next(protocol);
    assertThat(whoami()).isEqualTo("User:alice");
  }

  @Test
  void aLoginThatHasBegunIsEndedBeforeTheConnectionLeaves() throws Exception {
    open("SASL_SSL");
    assertThat(handshake("TEST")).isZero();
    assertThat(token("hello").errorCode()).isZero();
    Server former = server;
    former.leave(60_000);
    next("SASL_SSL");
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
    next("SASL_PLAINTEXT");
    mechanisms.add(LoginFixture::login, Map.of("name", "AWAY"));
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
