package io.margay.groups.internal.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LongWorkTest {
  private final LongWork work = new LongWork();

  @Test
  void whatRunsIsUnderWayHoweverLong() {
    work.begins(5);
    assertThat(work.tracked(() -> work.isUnderWay(5 + 10 * LongWork.LOST_MS)).get()).isTrue();
    assertThat(work.isUnderWay(4 + LongWork.LOST_MS)).as("its outcome may come").isTrue();
    assertThat(work.isUnderWay(5 + LongWork.LOST_MS)).as("it is lost").isFalse();
  }

  @Test
  void whatHasFailedRunsNoMore() {
    work.begins(5);
    assertThatThrownBy(() -> work.tracked(() -> {
      throw new IllegalStateException("a bug");
    }).get()).hasMessage("a bug");
    assertThat(work.isUnderWay(5 + LongWork.LOST_MS)).isFalse();
    work.begins(7);
    work.ends();
    assertThat(work.isUnderWay(8)).isFalse();
  }
}
