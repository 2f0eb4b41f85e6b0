package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.spi.log.PartitionLog.EpochEnd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EpochsTest {
  private static EpochCache cache() {
    EpochCache cache = new EpochCache();
    cache.assign(2, 10);
    cache.assign(4, 20);
    cache.assign(7, 30);
    return cache;
  }

  @Test
  void endsAreThoseOfKip101And320() {
    EpochCache cache = cache();
    assertThat(cache.endOf(7, 44)).isEqualTo(new EpochEnd(7, 44));
    assertThat(cache.endOf(4, 44)).isEqualTo(new EpochEnd(4, 30));
    assertThat(cache.endOf(5, 44)).isEqualTo(new EpochEnd(4, 30));
    assertThat(cache.endOf(2, 44)).isEqualTo(new EpochEnd(2, 20));
    assertThat(cache.endOf(1, 44)).isEqualTo(new EpochEnd(1, 10));
    assertThat(cache.endOf(8, 44)).isEqualTo(new EpochEnd(-1, -1));
    assertThat(cache.endOf(-1, 44)).isEqualTo(new EpochEnd(-1, -1));
    assertThat(new EpochCache().endOf(0, 44)).isEqualTo(new EpochEnd(-1, -1));
  }

  @Test
  void epochsOfOffsets() {
    EpochCache cache = cache();
    assertThat(new int[] {cache.epochAt(9), cache.epochAt(10), cache.epochAt(19), cache.epochAt(20), cache.epochAt(99)})
        .containsExactly(-1, 2, 2, 4, 7);
  }

  @Test
  void entriesThatContradictGo() {
    EpochCache cache = cache();
    assertThat(cache.assign(7, 35)).isFalse();
    assertThat(cache.assign(9, 20)).isTrue();
    assertThat(text(cache)).isEqualTo("0\n2\n2 10\n9 20\n");
    assertThat(cache.assign(3, 25)).isTrue();
    assertThat(text(cache)).isEqualTo("0\n2\n2 10\n3 25\n");
  }

  @Test
  void truncation() {
    EpochCache cache = cache();
    assertThat(cache.truncateFromEnd(31)).isFalse();
    assertThat(cache.truncateFromEnd(30)).isTrue();
    assertThat(cache.latestEpoch()).isEqualTo(4);
    assertThat(cache.truncateFromStart(10)).isFalse();
    assertThat(cache.truncateFromStart(15)).isTrue();
    assertThat(text(cache)).isEqualTo("0\n2\n2 15\n4 20\n");
    assertThat(cache.truncateFromStart(25)).isTrue();
    assertThat(text(cache)).isEqualTo("0\n1\n4 25\n");
  }

  @Test
  void theTextIsReadBackAndDamageIsNoticed() {
    EpochCache cache = new EpochCache();
    assertThat(cache.decode(cache().encode())).isTrue();
    assertThat(cache.encode()).isEqualTo(cache().encode());
    for (String bad : new String[] {"", "0", "1\n0\n", "0\n2\n1 1\n", "0\n1\nx 1\n", "0\n2\n2 1\n1 5\n", "0\n1\n7\n"}) {
      assertThat(cache.decode(bad.getBytes(StandardCharsets.US_ASCII))).as(bad).isFalse();
    }
    assertThat(cache.decode(null)).isFalse();
  }

  @Test
  void missingAndStaleCheckpointsAreRebuiltFromBatches() throws IOException {
    TestLog t = new TestLog();
    t.put("a=1");
    t.epoch = 3;
    t.put("a=1");
    byte[] stale = t.store.blobs.get(LogState.EPOCHS);
    t.epoch = 5;
    t.put("a=1");
    t.log.roll();
    t.put("a=1");
    t.store.blobs.remove(LogState.EPOCHS);
    t.crash();
    assertThat(t.log.endOfEpoch(3)).isEqualTo(new EpochEnd(3, 2));
    assertThat(t.log.endOfEpoch(5)).isEqualTo(new EpochEnd(5, 4));
    assertThat(t.log.endOfEpoch(1)).isEqualTo(new EpochEnd(1, 1));
    t.store.blobs.put(LogState.EPOCHS, stale);
    t.crash();
    assertThat(t.log.endOfEpoch(3)).isEqualTo(new EpochEnd(3, 2));
    t.store.blobs.remove(LogState.EPOCHS);
    t.restart();
    assertThat(t.log.endOfEpoch(3)).isEqualTo(new EpochEnd(3, 2));
  }

  @Test
  void epochsWithoutRecords() throws IOException {
    TestLog t = new TestLog();
    t.put("a=1");
    t.log.beginEpoch(new LeaderEpoch(6));
    assertThat(t.log.latestEpoch()).isEqualTo(new LeaderEpoch(6));
    assertThat(t.log.endOfEpoch(6)).isEqualTo(new EpochEnd(6, 1));
    assertThat(t.log.endOfEpoch(1)).isEqualTo(new EpochEnd(1, 1));
    t.log.truncateTo(0, TestLog.NEWEST);
    assertThat(t.log.latestEpoch()).isEqualTo(LeaderEpoch.NONE);
  }

  private static String text(EpochCache cache) {
    return new String(cache.encode(), StandardCharsets.US_ASCII);
  }
}
