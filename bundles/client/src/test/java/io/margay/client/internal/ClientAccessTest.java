package io.margay.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.client.internal.ScriptedBroker.Received;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.protocol.message.SaslHandshakeResponse;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient.Target;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.config.FakeSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a broker or the settings do wrong ends a login or a connection with one kind of failure. */
@Timeout(60)
class ClientAccessTest {
  private static final int LONG_MS = 50_000;

  private final NettyClient client = new NettyClient();

  @AfterEach
  void close() {
    client.close();
  }

  private static Target target(int port, String protocol, FakeSettings values) {
    return new Target("127.0.0.1", port, "test", LONG_MS, 3, 1000, new Access(protocol, null, values));
  }

  @Test
  void aChallengeThatCannotBeDecodedFailsTheLogin() throws Exception {
    try (ScriptedBroker broker = new ScriptedBroker()) {
      CompletionStage<RemoteConnection> connecting = client.connect(target(broker.port(), "SASL_PLAINTEXT", new FakeSettings()
          .with("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-256")
          .with("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\" password=\"p\";")));
      broker.acceptAndTellVersions();
      broker.answer(broker.receive().correlationId(), false, new SaslHandshakeResponse().setMechanisms(List.of("SCRAM-SHA-256")), (short) 1);
      Received first = broker.receive();
      Matcher nonce = Pattern.compile("r=([^,]+)").matcher(first.rest().toString(StandardCharsets.ISO_8859_1));
      assertThat(nonce.find()).isTrue();
      broker.answer(first.correlationId(), false, new SaslAuthenticateResponse().setErrorMessage(null)
          .setAuthBytes(("r=" + nonce.group(1) + "x,s=a=b,i=4096").getBytes(StandardCharsets.US_ASCII)), (short) 1);
      assertThatThrownBy(() -> connecting.toCompletableFuture().get(55, TimeUnit.SECONDS)).cause().isInstanceOf(IOException.class)
          .hasMessageContaining("the login at");
    }
  }

  @Test
  void aValueThatTlsDoesNotKnowIsAFailureToConnect() {
    ClientTls tls = new ClientTls();
    FakeSettings values = new FakeSettings().with("ssl.cipher.suites", "NO_SUCH_SUITE").with("ssl.enabled.protocols", "TLSv9");
    assertThatThrownBy(() -> tls.context(new Access("SSL", null, values), null)).isInstanceOf(IOException.class);
  }
}
