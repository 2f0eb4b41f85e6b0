package io.margay.security.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.Scram;
import io.margay.spi.security.ScramCredential;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import org.apache.kafka.common.security.scram.internals.ScramSaslClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The exchange with the client of Kafka, and with clients that do something else. */
class ScramLoginTest {
  private static final byte[] SECRET = "of the process".getBytes(StandardCharsets.UTF_8);
  private static final String PASSWORD = "pencil, =with= commas";

  private static ScramLogin login(Scram mechanism) {
    ScramCredential credential = mechanism.credential(PASSWORD, 4096);
    ScramCredential stored = ScramCredential.decode(credential.encode());
    return new ScramLogin(mechanism, (m, user) -> user.equals("us,er=") ? stored : null, ScramTokens.NONE, SECRET);
  }

  private static SaslClient client(Scram mechanism, String user, String password) throws SaslException {
    return new ScramSaslClient.ScramSaslClientFactory().createSaslClient(new String[] {mechanism.mechanism()}, null, "kafka", "host", Map.of(),
        callbacks -> {
          for (Callback c : callbacks) {
            if (c instanceof NameCallback name) {
              name.setName(user);
            } else if (c instanceof PasswordCallback secret) {
              secret.setPassword(password.toCharArray());
            }
          }
        });
  }

  private static SaslLogin.Step answer(ScramLogin login, byte[] token) throws Exception {
    try {
      return login.respond(token).toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private static SaslLogin.Step exchange(ScramLogin login, SaslClient client) throws Exception {
    SaslLogin.Step first = answer(login, client.evaluateChallenge(new byte[0]));
    assertThat(first.principal()).isNull();
    SaslLogin.Step last = answer(login, client.evaluateChallenge(first.token()));
    client.evaluateChallenge(last.token());
    return last;
  }

  @ParameterizedTest
  @EnumSource(Scram.class)
  void bothSidesProveThatTheyKnowThePassword(Scram mechanism) throws Exception {
    SaslClient client = client(mechanism, "us,er=", PASSWORD);
    assertThat(exchange(login(mechanism), client).principal()).hasToString("User:us,er=");
    assertThat(client.isComplete()).isTrue();
  }

  @Test
  void aWrongPasswordAndAnUnknownUserLookTheSame() throws Exception {
    assertThatThrownBy(() -> exchange(login(Scram.SHA_512), client(Scram.SHA_512, "us,er=", "wrong"))).isInstanceOf(LoginFailedException.class)
        .hasMessageContaining("invalid credentials").hasMessageNotContaining("us,er");
    assertThatThrownBy(() -> exchange(login(Scram.SHA_512), client(Scram.SHA_512, "nobody", PASSWORD)))
        .isInstanceOf(LoginFailedException.class).hasMessageContaining("invalid credentials").hasMessageNotContaining("nobody");
    byte[] nobody = "n,,n=nobody,r=abc".getBytes(StandardCharsets.UTF_8);
    String salt = "s=.*,i=4096";
    assertThat(new String(answer(login(Scram.SHA_512), nobody).token(), StandardCharsets.UTF_8).replaceAll(".*,s=", "s=")).matches(salt)
        .isEqualTo(new String(answer(login(Scram.SHA_512), nobody).token(), StandardCharsets.UTF_8).replaceAll(".*,s=", "s="));
  }

  @Test
  void theNonceIsVerified() throws Exception {
    ScramLogin login = login(Scram.SHA_256);
    answer(login, "n,,n=us=2Cer=3D,r=abc".getBytes(StandardCharsets.UTF_8));
    String proof = Base64.getEncoder().encodeToString(new byte[32]);
    assertThatThrownBy(() -> answer(login, ("c=biws,r=abc,p=" + proof).getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(LoginFailedException.class);
  }

  @Test
  void anExchangeEndsWithItsFirstFailure() throws Exception {
    ScramLogin login = login(Scram.SHA_256);
    for (String message : new String[] {"", "p=tls,,n=u,r=abc", "n,,r=abc", "n,,n=u,r=", "x".repeat(70_000)}) {
      assertThatThrownBy(() -> answer(login(Scram.SHA_256), message.getBytes(StandardCharsets.UTF_8))).isInstanceOf(LoginFailedException.class);
      assertThatThrownBy(() -> answer(login, message.getBytes(StandardCharsets.UTF_8))).isInstanceOf(LoginFailedException.class);
    }
    assertThatThrownBy(() -> exchange(login, client(Scram.SHA_256, "us,er=", PASSWORD))).isInstanceOf(LoginFailedException.class);
  }

  @Test
  void nobodyLogsInAsAnother() {
    assertThatThrownBy(() -> answer(login(Scram.SHA_256), "n,a=other,n=us=2Cer=3D,r=abc".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(LoginFailedException.class).hasMessageContaining("authorization id");
  }
}
