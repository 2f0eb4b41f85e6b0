package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FarewellsTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<String> run = new ArrayList<>();

  private boolean set(String key, String text) {
    return Farewells.set(channel, key, text == null ? null : () -> run.add(text));
  }

  @Test
  void theLastTaskOfEachKeyRunsOnceWhenTheConnectionCloses() {
    set("a", "first");
    set("a", "second");
    set("b", "other");
    set("b", null);
    set("c", null);
    assertThat(run).isEmpty();
    channel.close();
    assertThat(run).containsExactly("second");
  }

  @Test
  void aTaskThatFailsKeepsNoOtherFromRunning() {
    Farewells.set(channel, "a", () -> {
      throw new IllegalStateException("as planned");
    });
    set("b", "other");
    channel.close();
    assertThat(run).containsExactly("other");
  }

  @Test
  void afterTheEndATaskRunsAtOnce() {
    channel.close();
    assertThat(set("a", "late")).isTrue();
    assertThat(run).containsExactly("late");
  }

  @Test
  void theirNumberIsLimited() {
    for (int i = 0; i < Farewells.MAX; i++) {
      assertThat(set("k" + i, "x")).isTrue();
    }
    assertThat(set("more", "x")).isFalse();
    assertThat(set("k0", "again")).isTrue();
    set("k1", null);
    assertThat(set("more", "x")).isTrue();
  }
}
