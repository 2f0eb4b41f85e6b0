package io.margay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Runs two clusters and a link under some seeds; a tenth of those of one cluster. {@code -Dseed=17} runs only that one. */
class LinkSimulationTest {
  private static final String SEED = System.getProperty("seed", "");
  private static final long SEEDS = Math.max(1, Long.getLong("seeds", 100) / 10);
  private static final long FLAWED_SEEDS = 20;
  /** The first one under which a follower misses a cut, and the leader that has cut dies. */
  private static final long RIGHT_MOMENT_SEED = 17;

  private static LongStream seeds() {
    return SEED.isEmpty() ? LongStream.range(0, SEEDS) : LongStream.of(Long.parseLong(SEED));
  }

  @Test
  void nothingBreaksUnderAnySeed() {
    seeds().forEach(seed -> new LinkSimulation(seed, Flaw.NO_TRANSACTIONS).run());
  }

  @Test
  void copiesInBothDirectionsBreakNothingUnderAnySeed() {
    seeds().forEach(seed -> new CopySimulation(seed, LinkFlaw.NONE).run());
  }

  @Test
  void recordsThatArePartitionedAgainBreakNothingUnderAnySeed() {
    seeds().forEach(seed -> new RepartitionSimulation(seed, LinkFlaw.NONE).run());
  }

  @Test
  void aSeedDecidesEverything() {
    assertThat(new CopySimulation(1, LinkFlaw.NONE).run()).isEqualTo(new CopySimulation(1, LinkFlaw.NONE).run());
    assertThat(new RepartitionSimulation(1, LinkFlaw.NONE).run()).isEqualTo(new RepartitionSimulation(1, LinkFlaw.NONE).run());
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

  @Test
  void aMirrorThatIsFilledAgainInTheSameEpochIsFound() {
    for (long seed = RIGHT_MOMENT_SEED; seed < RIGHT_MOMENT_SEED + 2 * FLAWED_SEEDS; seed++) {
      try {
        new LinkSimulation(seed, Flaw.REPLACED_IN_EPOCH).run();
      } catch (BrokenInvariantException e) {
        assertThat(e.invariant()).isIn(LinkSimulation.CONVERGED, PartitionRecords.SAME_LOGS, Invariants.PROGRESS);
        return;
      }
    }
    fail("no seed from %d on finds it", RIGHT_MOMENT_SEED);
  }

  @Test
  void copiesThatGoWrongAreFound() {
    found(CopySimulation.NO_LOOP, seed -> new CopySimulation(seed, LinkFlaw.LOOPS));
    found(CopySimulation.PROVENANCE, seed -> new CopySimulation(seed, LinkFlaw.FOREIGN_SOURCE));
    found(CopySimulation.OFFSETS_EXACT, seed -> new CopySimulation(seed, LinkFlaw.SHIFTED_OFFSETS));
  }

  @Test
  void lanesThatGoWrongAreFound() {
    found(RepartitionSimulation.ONCE, seed -> new RepartitionSimulation(seed, LinkFlaw.FORGETFUL_LANES));
    found(RepartitionSimulation.ONE_PLACE, seed -> new RepartitionSimulation(seed, LinkFlaw.SPREAD_KEYS));
  }

  private static void found(String invariant, LongFunction<PairSimulation> flawed) {
    for (long seed = 0; seed < FLAWED_SEEDS; seed++) {
      try {
        flawed.apply(seed).run();
      } catch (BrokenInvariantException e) {
        assertThat(e.invariant()).isEqualTo(invariant);
        return;
      }
    }
    fail("no seed below %d breaks the invariant %s", FLAWED_SEEDS, invariant);
  }
}
