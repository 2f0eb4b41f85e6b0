package io.margay.security.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterSettings;
import io.margay.metadata.DelegationToken;
import io.margay.model.Clock;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.Scram;
import io.margay.spi.security.TokenSecrets;
import java.lang.reflect.Proxy;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslClient;
import org.apache.kafka.common.security.scram.ScramExtensionsCallback;
import org.apache.kafka.common.security.scram.internals.ScramSaslClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Logins with delegation tokens by the client of Kafka. */
@Timeout(60)
class ScramTokensTest {
  private static final String ID = "abc";

  private final FakeSettings settings = new FakeSettings().with("delegation.token.secret.key", "master");
  private final Map<String, DelegationToken> known = new HashMap<>(Map.of(ID, new DelegationToken(ID, "User:alice", "User:admin", List.of(),
      new DelegationToken.Times(0, 2_000, 1_000))));
  private long nowMs;
  private final ScramTokens tokens = new ScramTokens(() -> new ClusterImage("", 0, ClusterImage.EMPTY.controller(), ClusterImage.EMPTY.brokers(),
      ClusterImage.EMPTY.allTopics(), new ClusterSettings(Map.of(), Map.of(), List.of(), known)), settings, new Clock() {
        @Override
        public long millis() {
          return nowMs;
        }

        @Override
        public long nanos() {
          return nowMs * 1_000_000;
        }
      });

  @AfterEach
  void end() {
    tokens.close();
  }

  private static SaslClient client(Scram mechanism, String password, boolean byToken) throws Exception {
    return new ScramSaslClient.ScramSaslClientFactory().createSaslClient(new String[] {mechanism.mechanism()}, null, "kafka", "host", Map.of(),
        callbacks -> {
          for (Callback c : callbacks) {
            if (c instanceof NameCallback name) {
              name.setName(ID);
            } else if (c instanceof PasswordCallback secret) {
              secret.setPassword(password.toCharArray());
            } else if (c instanceof ScramExtensionsCallback extensions && byToken) {
              extensions.extensions(Map.of("tokenauth", "true"));
            }
          }
        });
  }

  private SaslLogin.Step login(Scram mechanism, String password, boolean byToken) throws Exception {
    ScramLogin login = new ScramLogin(mechanism, (m, user) -> null, tokens, new byte[] {1});
    SaslClient client = client(mechanism, password, byToken);
    try {
      SaslLogin.Step first = login.respond(client.evaluateChallenge(new byte[0])).toCompletableFuture().get();
      SaslLogin.Step last = login.respond(client.evaluateChallenge(first.token())).toCompletableFuture().get();
      client.evaluateChallenge(last.token());
      return last;
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private String secret() {
    return Base64.getEncoder().encodeToString(TokenSecrets.secret(settings, ID));
  }

  @ParameterizedTest
  @EnumSource(Scram.class)
  void aTokenMakesTheClientItsOwner(Scram mechanism) throws Exception {
    for (int i = 0; i < 2; i++) {
      SaslLogin.Step step = login(mechanism, secret(), true);
      assertThat(step.principal()).hasToString("User:alice");
      assertThat(step.principal().tokenAuthenticated()).isTrue();
      assertThat(step.expiresMs()).isEqualTo(1_000);
    }
  }

  /** An error on the thread that computes must not leave the login without an answer, nor those after it. */
  @Test
  void aComputationThatFailsEndsTheLogin() throws Exception {
    Error error = new NoClassDefFoundError("thrown by the test");
    NodeSettings failing = (NodeSettings) Proxy.newProxyInstance(NodeSettings.class.getClassLoader(), new Class<?>[] {NodeSettings.class},
        (proxy, method, arguments) -> {
          throw error;
        });
    try (ScramTokens broken = new ScramTokens(null, failing, Clock.SYSTEM)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> broken.credential(Scram.SHA_256, ID).toCompletableFuture().get()).hasCause(error);
      }
    }
  }

  @Test
  void whatIsNoTokenIsRefused() {
    assertThatThrownBy(() -> login(Scram.SHA_512, secret() + "=", true)).isInstanceOf(LoginFailedException.class);
    assertThatThrownBy(() -> login(Scram.SHA_512, secret(), false)).as("a user of that name").isInstanceOf(LoginFailedException.class);
    nowMs = 1_001;
    assertThatThrownBy(() -> login(Scram.SHA_512, secret(), true)).as("expired").isInstanceOf(LoginFailedException.class);
    nowMs = 0;
    settings.with("delegation.token.secret.key", "");
    assertThatThrownBy(() -> login(Scram.SHA_512, "x", true)).as("not enabled").isInstanceOf(LoginFailedException.class);
    known.clear();
    settings.with("delegation.token.secret.key", "master");
    assertThatThrownBy(() -> login(Scram.SHA_512, secret(), true)).as("removed").isInstanceOf(LoginFailedException.class);
  }
}
