package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.log.PartitionLog.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of a mirror: batches come with their offsets, and only from the link. */
class MirroredAppendTest {
  private static final String SOURCE = "west:AAAAAAAAAAAAAAAAAAAAAQ:orders";
  private static final LeaderEpoch EPOCH = new LeaderEpoch(4);

  private final TestLog t = new TestLog(TestLog.config(Map.of(LogSettings.MARGAY_MIRROR_SOURCE, SOURCE)));

  @BeforeEach
  void lead() throws IOException {
    t.log.beginEpoch(EPOCH);
  }

  private static ByteBuf batch(long offset, int epoch, String... records) {
    ByteBuf batch = TestLog.batch(5, records);
    batch.setLong(0, offset);
    batch.setInt(RecordBatchFormat.PARTITION_LEADER_EPOCH_OFFSET, epoch);
    return batch;
  }

  private Appended mirror(long offset, int epoch, LeaderEpoch as, String source, String... records) {
    ByteBuf batch = batch(offset, epoch, records);
    try {
      return t.log.appendMirrored(batch, as, t.log.logEndOffset(), source);
    } finally {
      batch.release();
    }
  }

  @Test
  void aBatchKeepsItsBytesButForTheLeaderEpoch() throws IOException {
    assertThat(mirror(0, 17, EPOCH, SOURCE, "a=1", "b=2").nextOffset()).isEqualTo(2);
    ByteBuf expected = batch(0, EPOCH.value(), "a=1", "b=2");
    ByteBuf stored = t.log.read(0, 1 << 20, 2, true).records().bufferOrNull();
    assertThat(ByteBufUtil.hexDump(stored)).isEqualTo(ByteBufUtil.hexDump(expected));
    assertThat(t.log.latestEpoch()).isEqualTo(EPOCH);
    assertThat(t.log.endOfEpoch(4).endOffset()).isEqualTo(2);
  }

  @Test
  void offsetsThatTheSourceNoLongerHasAreLeftOut() {
    mirror(0, 0, EPOCH, SOURCE, "a=1");
    Appended appended = mirror(100, 0, EPOCH, SOURCE, "b=1");
    assertThat(appended.error()).isEqualTo(Errors.NONE);
    assertThat(appended.baseOffset()).isEqualTo(100);
    assertThat(t.log.logEndOffset()).isEqualTo(101);
  }

  @Test
  void aBatchBeforeTheEndIsRefused() {
    mirror(0, 0, EPOCH, SOURCE, "a=1", "b=1");
    assertThat(mirror(1, 0, EPOCH, SOURCE, "b=1").error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    assertThat(t.log.logEndOffset()).isEqualTo(2);
  }

  @Test
  void anOffsetBeyondAllOffsetsIsRefused() {
    assertThat(mirror(Long.MAX_VALUE, 0, EPOCH, SOURCE, "a=1").error()).isEqualTo(Errors.CORRUPT_MESSAGE);
    assertThat(t.log.logEndOffset()).isZero();
  }

  @Test
  void aDamagedBatchIsRefused() {
    ByteBuf batch = batch(0, 0, "a=1");
    batch.setByte(batch.writerIndex() - 1, 99);
    assertThat(t.log.appendMirrored(batch, EPOCH, 0, SOURCE).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
    batch.release();
  }

  @Test
  void anEarlierLeaderIsRefused() {
    assertThat(mirror(0, 0, new LeaderEpoch(3), SOURCE, "a=1").error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  @Test
  void aProducerIsRefusedWithTheNameOfTheLinkUntilTheTopicIsPromoted() {
    ByteBuf batch = TestLog.batch(5, "a=1");
    for (Origin origin : Origin.values()) {
      Appended refused = t.log.appendAsLeader(batch, EPOCH, origin);
      assertThat(refused.error()).isEqualTo(Errors.POLICY_VIOLATION);
      assertThat(refused.message()).contains("mirror of orders", "link west", "mirror:promote");
    }
    t.log.configure(TestLog.CONFIG);
    assertThat(t.log.appendAsLeader(batch, EPOCH, Origin.CLIENT).error()).isEqualTo(Errors.NONE);
    batch.release();
  }

  @Test
  void aLinkIsRefusedWhenTheTopicIsPromotedOrBelongsToAnother() {
    assertThat(mirror(0, 0, EPOCH, "east" + SOURCE.substring(4), "a=1").error()).isEqualTo(Errors.POLICY_VIOLATION);
    t.log.configure(TestLog.CONFIG);
    assertThat(mirror(0, 0, EPOCH, SOURCE, "a=1").error()).isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(t.log.logEndOffset()).isZero();
  }
}
