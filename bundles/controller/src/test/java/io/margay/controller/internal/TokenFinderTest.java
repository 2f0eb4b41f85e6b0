package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.DelegationToken;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenFinderTest {
  private String key = "first";
  private int computed;
  private final TokenFinder finder = new TokenFinder(() -> key, id -> {
    computed++;
    return secret(id);
  });

  private byte[] secret(String id) {
    return (key + id).getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, DelegationToken> tokens(int from, int to) {
    Map<String, DelegationToken> tokens = new HashMap<>();
    for (int i = from; i < to; i++) {
      tokens.put("t" + i, new DelegationToken("t" + i, "User:alice", "User:alice", List.of(), new DelegationToken.Times(0, 1, 1)));
    }
    return tokens;
  }

  @Test
  void theSecretOfEachTokenIsComputedOnce() {
    Map<String, DelegationToken> tokens = tokens(0, 100);
    assertThat(finder.find(tokens, secret("t7"))).isSameAs(tokens.get("t7"));
    assertThat(finder.find(tokens, secret("t8"))).isSameAs(tokens.get("t8"));
    assertThat(finder.find(tokens, secret("none"))).isNull();
    assertThat(finder.find(tokens, new byte[0])).isNull();
    assertThat(computed).isEqualTo(100);
    Map<String, DelegationToken> next = tokens(1, 101);
    assertThat(finder.find(next, secret("t0"))).isNull();
    assertThat(finder.find(next, secret("t7"))).isSameAs(next.get("t7"));
    assertThat(finder.find(next, secret("t100"))).isSameAs(next.get("t100"));
    assertThat(computed).isEqualTo(101);
  }

  @Test
  void withAnotherKeyOldSecretsAreWorthNothing() {
    Map<String, DelegationToken> tokens = tokens(0, 3);
    byte[] old = secret("t1");
    assertThat(finder.find(tokens, old)).isNotNull();
    key = "second";
    assertThat(finder.find(tokens, old)).isNull();
    assertThat(finder.find(tokens, secret("t1"))).isNotNull();
  }
}
