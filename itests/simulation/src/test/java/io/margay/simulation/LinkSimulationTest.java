package io.margay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Runs two clusters and a link under some seeds; a tenth of those of one cluster. {@code -Dseed=17} runs only that one. */
class LinkSimulationTest {
  private static final String SEED = System.getProperty("seed", "");
  private static final long SEEDS = Math.max(1, Long.getLong("seeds", 100) / 10);
  private static final long FLAWED_SEEDS = 20;

  @Test
  void nothingBreaksUnderAnySeed() {
    LongStream seeds = SEED.isEmpty() ? LongStream.range(0, SEEDS) : LongStream.of(Long.parseLong(SEED));
    seeds.forEach(seed -> new LinkSimulation(seed, Flaw.NO_TRANSACTIONS).run());
  }

  @Test
  void aSeedDecidesEverything() {
    assertThat(new LinkSimulation(1, Flaw.NO_TRANSACTIONS).run()).isEqualTo(new LinkSimulation(1, Flaw.NO_TRANSACTIONS).run());
  }

  @Test
  void aMirrorThatDoesNotCompareItsEndIsFound() {
    for (long seed = 0; seed < FLAWED_SEEDS; seed++) {
      try {
        new LinkSimulation(seed, Flaw.UNCOMPARED_END).run();
      } catch (BrokenInvariantException e) {
        assertThat(e.invariant()).isIn(LinkSimulation.CONVERGED, PartitionRecords.SAME_LOGS);
        return;
      }
    }
    fail("no seed below %d finds it", FLAWED_SEEDS);
  }
}
