package io.margay.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
  @TempDir private Path directory;

  private String read(String content) throws IOException {
    return TokenFile.read(Files.writeString(directory.resolve("a token.jwt"), content).toUri().toString());
  }

  @Test
  void aTokenMayEndWithANewLine() throws Exception {
    assertThat(read("a.b-c_d\n")).isEqualTo("a.b-c_d");
    assertThat(read("abc==")).isEqualTo("abc==");
  }

  @Test
  void whatIsNoTokenIsNotSentAndNotShown() {
    for (String content : List.of("", "two words", "a\1b", "x".repeat(65_537), "root:secret:0\n")) {
      assertThatThrownBy(() -> read(content)).isInstanceOf(IOException.class).hasMessageContaining("a token.jwt has to contain a token")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> TokenFile.read(directory.resolve("none").toUri().toString())).isInstanceOf(IOException.class)
        .hasMessageContaining(directory.resolve("none").toString());
  }

  @Test
  void aUrlOfAFileIsExpected() {
    for (String url : new String[] {null, "", "https://issuer.example/token", "file:relative", "file://host/x"}) {
      assertThatThrownBy(() -> TokenFile.read(url)).isInstanceOf(IOException.class).hasMessageContaining("sasl.oauthbearer.token.endpoint.url");
    }
  }
}
