package io.margay.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Runs clusters under many seeds. {@code -Dseeds=5000} and {@code -Dgroups.seeds=500} run more of them,
 * {@code -Dseed=17} only that one.
 */
class SimulationTest {
  private static final String SEED = System.getProperty("seed", "");
  private static final long SEEDS = Long.getLong("seeds", 100);
  private static final long GROUP_SEEDS = Long.getLong("groups.seeds", 5);

  @Test
  void nothingBreaksUnderAnySeed() {
    LongStream seeds = SEED.isEmpty() ? LongStream.range(0, SEEDS) : LongStream.of(Long.parseLong(SEED));
    long acknowledged = seeds.map(seed -> {
      Simulation simulation = new Simulation(seed, Flaw.NONE);
      simulation.run();
      return simulation.acknowledged();
    }).sum();
    assertThat(acknowledged).isPositive();
  }

  @Test
  void groupsBreakUnderNoSeed() {
    LongStream seeds = SEED.isEmpty() ? LongStream.range(0, GROUP_SEEDS) : LongStream.of(Long.parseLong(SEED));
    seeds.forEach(seed -> {
      Simulation simulation = new Simulation(seed, Flaw.GROUPS);
      simulation.run();
      assertThat(simulation.groups().assignments()).isPositive();
      assertThat(simulation.groups().tasksGiven()).isPositive();
      assertThat(simulation.groups().confirmations()).isPositive();
    });
  }

  @Test
  void aSeedDecidesEverything() {
    for (long seed = 1; seed <= 3; seed++) {
      assertThat(new Simulation(seed, Flaw.NONE).run()).isEqualTo(new Simulation(seed, Flaw.NONE).run());
    }
    assertThat(new Simulation(1, Flaw.GROUPS).run()).isEqualTo(new Simulation(1, Flaw.GROUPS).run());
  }
}
