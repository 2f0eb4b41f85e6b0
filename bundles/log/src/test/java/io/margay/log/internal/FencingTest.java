package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import io.margay.spi.log.PartitionLog.EpochEnd;
import io.margay.spi.log.PartitionLog.Origin;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What a caller may still do whose epoch has ended meanwhile. */
class FencingTest {
  private static final LeaderEpoch ONE = new LeaderEpoch(1);
  private static final LeaderEpoch TWO = new LeaderEpoch(2);
  private static final LeaderEpoch THREE = new LeaderEpoch(3);

  private final TestLog t = new TestLog();

  private Errors lead(LeaderEpoch epoch) {
    ByteBuf batch = TestLog.batch(5, "a=1");
    try {
      return t.log.appendAsLeader(batch, epoch, Origin.CLIENT).error();
    } finally {
      batch.release();
    }
  }

  private Errors follow(LeaderEpoch epoch) {
    ByteBuf batch = TestLog.batch(5, "a=1");
    batch.setLong(0, t.log.logEndOffset());
    try {
      return t.log.appendAsFollower(batch, epoch, t.log.logEndOffset()).error();
    } finally {
      batch.release();
    }
  }

  @Test
  void aLeaderThatStoppedBeforeItsAppendIsRefusedAfterwards() throws IOException {
    t.log.beginEpoch(ONE);
    assertThat(lead(ONE)).isEqualTo(Errors.NONE);
    t.log.followEpoch(TWO);
    assertThat(lead(ONE)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(t.log.truncateTo(0, TWO)).isTrue();
    assertThat(lead(ONE)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(t.log.logEndOffset()).isZero();
  }

  @Test
  void aFollowerThatStoppedBeforeItsAppendOrTruncationIsRefusedAfterwards() throws IOException {
    t.log.followEpoch(ONE);
    assertThat(follow(ONE)).isEqualTo(Errors.NONE);
    t.log.beginEpoch(TWO);
    assertThat(lead(TWO)).isEqualTo(Errors.NONE);
    assertThat(follow(ONE)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(t.log.truncateTo(0, ONE)).isFalse();
    assertThat(t.log.truncateFullyAndStartAt(7, ONE)).isFalse();
    assertThat(t.log.logEndOffset()).isEqualTo(2);
    assertThatThrownBy(() -> t.log.followEpoch(ONE)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("old");
  }

  @Test
  void aFollowerForgetsTheEpochsThatOnlyItBegan() throws IOException {
    t.put("a=1");
    t.log.beginEpoch(TWO);
    t.log.followEpoch(THREE);
    assertThat(t.log.latestEpoch()).isEqualTo(ONE);
    t.log.beginEpoch(new LeaderEpoch(5));
    t.log.followEpoch(new LeaderEpoch(6));
    ByteBuf older = TestLog.batch(5, "a=1");
    older.setLong(0, 1);
    older.setInt(12, 1);
    t.log.appendAsFollower(older, new LeaderEpoch(6), 1);
    older.release();
    assertThat(t.log.endOfEpoch(1)).isEqualTo(new EpochEnd(1, 2));
    assertThat(t.log.epochAt(0)).isEqualTo(1);
  }
}
