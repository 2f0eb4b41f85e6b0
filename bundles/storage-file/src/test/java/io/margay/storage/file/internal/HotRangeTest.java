package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HotRangeTest {
  private static final int HALF_BYTES = 32 << 20;

  private final HotRange hot = new HotRange(100);

  @Test
  void whatWasThereAtTheStartIsCold() {
    hot.onAppend(1_000, 110);
    assertThat(hot.contains(99)).isFalse();
    assertThat(hot.contains(100)).isTrue();
  }

  @Test
  void whatManyBytesFollowedIsCold() {
    hot.onAppend(HALF_BYTES, 200);
    assertThat(hot.contains(100)).isTrue();
    hot.onAppend(HALF_BYTES, 300);
    assertThat(hot.contains(199)).isFalse();
    assertThat(hot.contains(200)).isTrue();
  }

  /** However little follows: the page cache may have dropped it, and no event loop waits for a disk. */
  @Test
  void whatIsOldIsCold() {
    hot.onAppend(1_000, 110);
    hot.onTick(110);
    hot.onAppend(1_000, 120);
    assertThat(hot.contains(100)).isTrue();
    hot.onTick(120);
    assertThat(hot.contains(109)).isFalse();
    assertThat(hot.contains(110)).isTrue();
    hot.onTick(120);
    assertThat(hot.contains(119)).isFalse();
    assertThat(hot.contains(120)).isTrue();
  }

  @Test
  void aTruncationLeavesTheNewEndHot() {
    hot.onAppend(1_000, 110);
    hot.onTick(110);
    hot.onTick(110);
    hot.onEndMoved(50);
    assertThat(hot.contains(50)).isTrue();
    assertThat(hot.contains(49)).isFalse();
  }
}
