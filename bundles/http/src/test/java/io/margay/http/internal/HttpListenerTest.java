package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.config.InvalidSettingException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpListenerTest {
  private static List<HttpListener> parse(String text) {
    return HttpListener.parse(HttpSettings.MARGAY_HTTP_LISTENERS.parse(text));
  }

  @Test
  void listenersHaveHostAndPort() {
    assertThat(parse("")).isEmpty();
    assertThat(parse("HTTP://127.0.0.1:8082, http://[::1]:8083,HTTP://:80")).containsExactly(new HttpListener("127.0.0.1", 8082),
        new HttpListener("::1", 8083), new HttpListener("127.0.0.1", 80));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP://h:0", "HTTP://h:65536", "HTTP://h", "h:80", "PLAINTEXT://h:80", "HTTP://::1:80", "HTTP://h:80/x"})
  void whatIsNoListenerIsRefused(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(InvalidSettingException.class).hasMessageContaining("HTTP://host:port");
  }

  @Test
  void httpsIsWithTls() {
    assertThat(parse("https://h:443")).containsExactly(new HttpListener("h", 443, true));
  }
}
