package io.margay.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerClientInitialResponse;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;
import org.junit.jupiter.api.Test;

/** The client's side of a login against the server of Kafka. */
class SaslClientTest {
  private static SaslServer server(ScramMechanism mechanism, String password) throws Exception {
    ScramCredential credential = new ScramFormatter(mechanism).generateCredential(password, 4096);
    return new ScramSaslServer.ScramSaslServerFactory().createSaslServer(mechanism.mechanismName(), "kafka", "host", Map.of(), callbacks -> {
      for (Callback c : callbacks) {
        if (c instanceof ScramCredentialCallback wanted) {
          wanted.scramCredential(credential);
        } else if (c instanceof NameCallback name) {
          assertThat(name.getDefaultName()).isEqualTo("us,er=");
        }
      }
    });
  }

  @Test
  void bothSidesProveThatTheyKnowThePassword() throws Exception {
    for (ScramMechanism mechanism : ScramMechanism.values()) {
      SaslServer server = server(mechanism, "pencil");
      SaslClient client = SaslClient.of(mechanism.mechanismName(), "us,er=", "pencil");
      byte[] token = client.next(server.evaluateResponse(client.first()));
      assertThat(client.next(server.evaluateResponse(token))).isNull();
      assertThat(server.isComplete()).isTrue();
      assertThat(server.getAuthorizationID()).isEqualTo("us,er=");
    }
  }

  @Test
  void aBrokerThatDoesNotKnowThePasswordIsNotTrusted() throws Exception {
    SaslClient client = SaslClient.of("SCRAM-SHA-256", "u", "pencil");
    String first = new String(client.first(), StandardCharsets.UTF_8);
    String nonce = first.substring(first.indexOf("r=") + 2);
    String salt = Base64.getEncoder().encodeToString(new byte[16]);
    client.next(("r=" + nonce + "more,s=" + salt + ",i=4096").getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> client.next("v=AAAA".getBytes(StandardCharsets.UTF_8))).isInstanceOf(IOException.class);
    for (String answer : new String[] {"r=other,s=" + salt + ",i=4096", "r=" + nonce + ",s=" + salt + ",i=4096", "e=no",
        "r=" + nonce + "more,s=" + salt + ",i=1", "r=" + nonce + "more,s=" + salt + ",i=999999", "r=" + nonce + "more,s=A=A,i=4096"}) {
      SaslClient other = SaslClient.of("SCRAM-SHA-256", "u", "pencil");
      String own = new String(other.first(), StandardCharsets.UTF_8);
      String shown = answer.replace(nonce, own.substring(own.indexOf("r=") + 2));
      assertThatThrownBy(() -> other.next(shown.getBytes(StandardCharsets.UTF_8))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aTokenIsShownAsKafkaExpectsIt() throws Exception {
    SaslClient client = new SaslClient.Bearer("a.b-c_d");
    assertThat(new OAuthBearerClientInitialResponse(client.first()).tokenValue()).isEqualTo("a.b-c_d");
    assertThat(client.next(new byte[0])).isNull();
    assertThatThrownBy(() -> client.next("{\"status\":\"invalid_token\"}".getBytes(StandardCharsets.UTF_8))).isInstanceOf(IOException.class)
        .hasMessage("the token is refused: {\"status\":\"invalid_token\"}");
  }

  @Test
  void whatCannotLogInIsRefused() {
    assertThatThrownBy(() -> SaslClient.of("SCRAM-SHA-512", "u", "")).isInstanceOf(IOException.class).hasMessageContaining("is empty");
    assertThatThrownBy(() -> SaslClient.of("GSSAPI", "u", "p")).isInstanceOf(IOException.class)
        .hasMessageContaining("sasl.mechanism.inter.broker.protocol");
  }
}
