package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
  private static final long MB = 1 << 20;

  private final List<String> served = new ArrayList<>();

  private void waitFor(MemoryPool pool, String owner, long bytes) {
    assertThat(pool.takeOrWait(owner, bytes, false, () -> served.add(owner))).isFalse();
  }

  /** What is given back in small pieces must not go to those who want little, over and over. */
  @Test
  void aLargeWishIsServedInItsTurnThoughMemoryComesBackInSmallPieces() {
    MemoryPool pool = new MemoryPool(8 * MB, false);
    assertThat(pool.tryTake(7 * MB, false)).isTrue();
    for (int i = 0; i < 50; i++) {
      waitFor(pool, "crowd" + i, MB);
    }
    waitFor(pool, "large", 2 * MB);
    for (int i = 0; i < 6; i++) {
      pool.give(MB);
    }
    assertThat(served).contains("large");
  }

  @Test
  void clientsAtWorkDoNotWaitBehindACrowdThatNeverFinishedARequest() {
    MemoryPool pool = new MemoryPool(8 * MB, false);
    assertThat(pool.tryTake(7 * MB, false)).isTrue();
    for (int i = 0; i < 100; i++) {
      waitFor(pool, "crowd" + i, MB);
    }
    assertThat(pool.takeOrWait("client", 2 * MB, false, true, () -> served.add("client"))).isFalse();
    for (int i = 100; i < 200; i++) {
      waitFor(pool, "crowd" + i, MB);
    }
    for (int i = 0; i < 4; i++) {
      pool.give(MB);
    }
    assertThat(served).contains("client").hasSizeGreaterThan(1);
  }

  @Test
  void turnsGoFromBothEnds() {
    MemoryPool pool = new MemoryPool(8 * MB, false);
    assertThat(pool.tryTake(7 * MB, false)).isTrue();
    for (String owner : List.of("a", "b", "c", "d")) {
      waitFor(pool, owner, MB);
    }
    for (int i = 0; i < 4; i++) {
      pool.give(MB);
    }
    assertThat(served).containsExactly("d", "a", "c", "b");
  }
}
