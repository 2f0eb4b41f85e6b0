package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
  @Test
  void segmentsAndParametersAreDecoded() throws RefusedException {
    RequestTarget t = RequestTarget.parse("/topics/a%2Db+c/records?key=%F0%9F%90%86&key=2&e=");
    assertThat(t.path()).containsExactly("topics", "a-b+c", "records");
    assertThat(t.parameters()).containsEntry("key", "\uD83D\uDC06").containsEntry("e", "");
    assertThat(RequestTarget.parse("http://host:80/topics/t/records").path()).containsExactly("topics", "t", "records");
    assertThat(RequestTarget.parse("/").path()).containsExactly("");
    assertThat(RequestTarget.parse("/a/").path()).containsExactly("a", "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "host:80", "", "http://host", "//a", "/a//b", "/../a", "/a/./b", "/a/%2e%2e/b", "/a%2Fb", "/a%5Cb", "/a%00",
      "/%", "/%4", "/%zz", "/%ff", "/a?k=%ff", "/a?k=%C3"})
  void whatIsAmbiguousOrMalformedIsRefused(String uri) {
    assertThatThrownBy(() -> RequestTarget.parse(uri)).isInstanceOf(RefusedException.class).extracting("error.status").isEqualTo(400);
  }
}
