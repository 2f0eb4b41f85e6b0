package io.margay.security.internal.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.security.LoginFailedException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BearerMessageTest {
  private static BearerMessage parse(String text) throws LoginFailedException {
    return BearerMessage.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsUserAndToken() throws LoginFailedException {
    assertThat(parse("n,,\1auth=Bearer abc.def\1\1")).isEqualTo(new BearerMessage(null, "abc.def"));
    assertThat(parse("n,a=al=2Cice=3D,\1host=here\1auth=bearer abc==\1\1")).isEqualTo(new BearerMessage("al,ice=", "abc=="));
  }

  @Test
  void aNameOfAnyLengthTakesNoStack() throws LoginFailedException {
    for (String part : new String[] {"a", "=2C", "a=3D"}) {
      String name = part.repeat(200_000);
      assertThat(parse("n,a=" + name + ",\1auth=Bearer t\1\1").token()).isEqualTo("t");
      assertThatThrownBy(() -> parse("n,a=" + name + "=\1auth=Bearer t\1\1")).isInstanceOf(LoginFailedException.class);
    }
  }

  @Test
  void refusesWhatHasAnotherForm() {
    for (String text : new String[] {"", "\1\1", "n,,\1\1", "n,,\1auth=Bearer\1\1", "n,,\1auth=Bearer a\1auth=Bearer b\1\1", "y,,\1auth=Bearer t\1\1",
        "n,,\1auth=Basic t\1\1", "n,a=,\1auth=Bearer t\1\1"}) {
      assertThatThrownBy(() -> parse(text)).as(text).isInstanceOf(LoginFailedException.class).message().doesNotContain("Bearer t");
    }
  }
}
