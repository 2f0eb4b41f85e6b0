package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.SaslHandshakeRequest;
import io.margay.protocol.message.SaslHandshakeResponse;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SaslHandshake version 0: tokens follow with a size before them, and no request around them. */
class BareTokensTest extends LoginFixture {
  private SaslHandshakeResponse oldHandshake(String mechanism) throws IOException {
    return ask(SaslHandshakeRequest.API, 0, new SaslHandshakeRequest().setMechanism(mechanism), new SaslHandshakeResponse());
  }

  private void write(String token) throws IOException {
    byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
    client.getOutputStream().write(ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array());
  }

  private String bare(String token) throws IOException {
    write(token);
    DataInputStream in = new DataInputStream(client.getInputStream());
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SASL_PLAINTEXT", "SASL_SSL"})
  void anOldClientLogsIn(String protocol) throws Exception {
    open(protocol);
    SaslHandshakeResponse answer = oldHandshake("TEST");
    assertThat(answer.errorCode()).isZero();
    assertThat(answer.mechanisms()).contains("TEST");
    assertThat(bare("hello")).isEqualTo("hello");
    assertThat(bare(PASSWORD)).as("the last token of the server is empty").isEmpty();
    assertThat(whoami()).isEqualTo("User:alice");
  }

  @Test
  void tokensMayBeEmptyAndComeInPieces() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(oldHandshake("TEST").errorCode()).isZero();
    assertThat(bare("")).isEmpty();
    client.setTcpNoDelay(true);
    for (byte b : ByteBuffer.allocate(4 + PASSWORD.length()).putInt(PASSWORD.length()).put(PASSWORD.getBytes(StandardCharsets.UTF_8)).array()) {
      client.getOutputStream().write(b);
    }
    assertThat(new DataInputStream(client.getInputStream()).readInt()).isZero();
    assertThat(whoami()).isEqualTo("User:alice");
  }

  @Test
  void aFailedLoginEndsTheConnectionWithoutAnAnswer() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(oldHandshake("TEST").errorCode()).isZero();
    bare("hello");
    write("wrong");
    isClosed();
  }

  @Test
  void anotherMechanismIsRefused() throws Exception {
    open("SASL_PLAINTEXT");
    SaslHandshakeResponse answer = oldHandshake("OTHER");
    assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_SASL_MECHANISM.code());
    assertThat(answer.mechanisms()).contains("TEST");
    isClosed();
  }

  @Test
  void aTokenIsSmall() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(oldHandshake("TEST").errorCode()).isZero();
    client.getOutputStream().write(ByteBuffer.allocate(4).putInt(1_001).array());
    isClosed();
  }

  @Test
  void aSizeBelowZeroEndsTheConnection() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(oldHandshake("TEST").errorCode()).isZero();
    client.getOutputStream().write(ByteBuffer.allocate(4).putInt(-1).array());
    isClosed();
  }

  @Test
  void requestsAreTakenForRequestsAgainAfterTheLogin() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(oldHandshake("TEST").errorCode()).isZero();
    bare("hello");
    bare(PASSWORD);
    write(""); // no request is that small
    isClosed();
  }

  @Test
  void anOldClientLogsInAgain() throws Exception {
    maxReauthMs = TimeUnit.HOURS.toMillis(1);
    open("SASL_PLAINTEXT");
    assertThat(oldHandshake("TEST").errorCode()).isZero();
    bare("hello");
    bare(PASSWORD);
    assertThat(oldHandshake("TEST").errorCode()).isZero();
    bare("hello");
    bare(PASSWORD);
    assertThat(whoami()).isEqualTo("User:alice");
    logIn();
    assertThat(whoami()).isEqualTo("User:alice");
  }

  @Test
  void aLoginThatHasBegunIsEndedBeforeTheConnectionLeaves() throws Exception {
    open("SASL_PLAINTEXT");
    assertThat(oldHandshake("TEST").errorCode()).isZero();
    bare("hello");
    Server former = server;
    former.leave(60_000);
    next("SASL_PLAINTEXT");
    assertThat(bare(PASSWORD)).isEmpty();
    assertThat(whoami()).isEqualTo("User:alice");
    assertThat(former.connectionCount()).isZero();
  }
}
