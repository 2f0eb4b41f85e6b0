package io.margay.shares.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StateBatchesTest {
  private static StateBatch batch(long first, long last, int state, int count) {
    return new StateBatch(first, last, (byte) state, (short) count);
  }

  @Test
  void whatIsNewerCounts() {
    assertThat(StateBatches.overlay(List.of(batch(0, 9, 0, 1)), List.of(batch(3, 5, 2, 1)), 0))
        .containsExactly(batch(0, 2, 0, 1), batch(3, 5, 2, 1), batch(6, 9, 0, 1));
    assertThat(StateBatches.overlay(List.of(batch(2, 3, 0, 1), batch(5, 6, 0, 1)), List.of(batch(0, 9, 4, 2)), 0))
        .containsExactly(batch(0, 9, 4, 2));
    assertThat(StateBatches.overlay(List.of(batch(0, 4, 0, 1), batch(6, 9, 0, 2)), List.of(batch(3, 7, 0, 3)), 0))
        .containsExactly(batch(0, 2, 0, 1), batch(3, 7, 0, 3), batch(8, 9, 0, 2));
  }

  @Test
  void neighboursAreJoinedAndWhatIsBeforeTheStartIsDropped() {
    assertThat(StateBatches.overlay(List.of(batch(0, 4, 2, 1)), List.of(batch(5, 6, 2, 3), batch(7, 7, 0, 1)), 3))
        .containsExactly(batch(3, 6, 2, 3), batch(7, 7, 0, 1));
    assertThat(StateBatches.overlay(List.of(batch(0, 4, 0, 1)), List.of(batch(5, 6, 0, 2)), 7)).isEmpty();
  }

  @Test
  void itIsAsWithSingleOffsets() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<StateBatch> all = List.of();
      Map<Long, StateBatch> expected = new HashMap<>();
      long start = 0;
      for (int i = 0; i < 20; i++) {
        long first = start + random.nextInt(30);
        StateBatch newer = batch(first, first + random.nextInt(8), random.nextInt(3) * 2, random.nextInt(3));
        start += random.nextInt(3);
        all = StateBatches.overlay(all, List.of(newer), start);
        for (long o = newer.first(); o <= newer.last(); o++) {
          expected.put(o, newer);
        }
      }
      long from = start;
      expected.keySet().removeIf(o -> o < from);
      long seen = 0;
      long last = -1;
      for (StateBatch b : all) {
        assertThat(b.first()).as("seed " + seed).isGreaterThan(last);
        last = b.last();
        for (long o = b.first(); o <= b.last(); o++, seen++) {
          assertThat(expected.get(o).state()).as("seed " + seed).isEqualTo(b.state());
        }
      }
      assertThat(seen).as("seed " + seed).isEqualTo(expected.size());
    }
  }
}
