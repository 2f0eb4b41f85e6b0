package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreshBatchesTest {
  private final FreshBatches fresh = new FreshBatches();

  private FreshBatches.Batch keep(long base) {
    ByteBuf records = Unpooled.wrappedBuffer(new byte[] {9, 9, 1, 2, 3});
    return fresh.keep(records, 2, 3, base, base + 2);
  }

  @Test
  void answersTheReadsThatTheLogWouldAnswerAlike() {
    FreshBatches.Batch batch = keep(10);
    Records records = batch.read(10, 3, 12, false);
    assertThat(records.bufferOrNull()).isEqualTo(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
    records.release();
    batch.read(10, 0, 12, true).release();
    assertThat(batch.read(10, 2, 12, false)).isNull();
    assertThat(batch.read(10, 3, 11, true)).isNull();
    assertThat(batch.read(9, 3, 12, true)).isNull();
    assertThat(batch.read(11, 3, 12, true)).isNull();
    fresh.close();
  }

  @Test
  void dropsTheOldest() {
    List<FreshBatches.Batch> kept = new ArrayList<>();
    for (int i = 0; i < 65; i++) {
      kept.add(keep(i));
    }
    assertThat(kept.get(0).read(0, 3, 2, true)).isNull();
    Records held = kept.get(1).read(1, 3, 3, true);
    fresh.close();
    assertThat(held.bufferOrNull().readableBytes()).isEqualTo(3);
    held.release();
    assertThat(kept.get(1).read(1, 3, 3, true)).isNull();
    assertThat(keep(70).read(70, 3, 72, true)).isNull();
  }
}
