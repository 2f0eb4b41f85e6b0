package io.margay.security.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.config.FakeSettings;
import io.margay.spi.security.JaasConfig;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class PlainMechanismTest {
  private static final String JAAS = "org.apache.kafka.common.security.plain.PlainLoginModule required\n  username=\"broker\" password=b1"
      + " user_alice=\"al;ice \\\"1\\\"\" user_bob=b2;";

  private final FakeSettings settings = new FakeSettings();
  private final PlainMechanism plain = new PlainMechanism(settings);

  private SaslLogin.Step login(String token) throws Exception {
    return plain.begin(new SaslMechanism.Client("OUT", InetAddress.getLoopbackAddress())).respond(token.getBytes(StandardCharsets.UTF_8))
        .toCompletableFuture().get();
  }

  @Test
  void usersAreThoseOfTheListener() throws Exception {
    assertThatThrownBy(() -> login("\0alice\0al;ice \"1\"")).hasMessageContaining("Invalid username or password");
    settings.with("listener.name.out.plain.sasl.jaas.config", JAAS);
    assertThat(login("\0alice\0al;ice \"1\"").principal()).hasToString("User:alice");
    assertThat(login("bob\0bob\0b2").principal()).hasToString("User:bob");
    assertThatThrownBy(() -> login("\0bob\0b3")).hasMessageContaining("Invalid username or password").hasMessageNotContaining("b3");
    assertThatThrownBy(() -> login("alice\0bob\0b2")).hasMessageContaining("authorization id");
    assertThatThrownBy(() -> login("\0broker\0b1")).hasMessageContaining("Invalid username or password");
    assertThatThrownBy(() -> login("\0bob\0")).hasMessageContaining("expected a user name and a password");
    assertThatThrownBy(() -> login("x".repeat(70_000))).hasMessageContaining("too long");
  }

  @Test
  void aMalformedSettingFailsTheLoginAndIsNotShown() {
    settings.with("listener.name.out.plain.sasl.jaas.config", "x required user_alice=\"secret");
    assertThatThrownBy(() -> login("\0alice\0secret")).isInstanceOf(ExecutionException.class).hasMessageContaining("sasl.jaas.config")
        .hasMessageNotContaining("secret");
  }

  @Test
  void theLineIsParsedAndNothingOfItIsShown() {
    JaasConfig config = JaasConfig.parse(JAAS);
    assertThat(config.username()).isEqualTo("broker");
    assertThat(config.password()).isEqualTo("b1");
    assertThat(config.users()).containsOnlyKeys("alice", "bob");
    for (String broken : new String[] {"", "x required", "x required password=\"secret", "x required password secret;", "required"}) {
      assertThatThrownBy(() -> JaasConfig.parse(broken)).isInstanceOf(IllegalArgumentException.class).hasMessageNotContaining("secret");
    }
  }
}
