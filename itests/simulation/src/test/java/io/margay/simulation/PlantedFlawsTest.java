package io.margay.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors that protocols of this kind have had are planted one at a time; each is found within a few seeds. */
class PlantedFlawsTest {
  static Stream<Arguments> flaws() {
    return Stream.of(
        Arguments.of(Flaw.EARLY_HIGH_WATERMARK, 200, List.of(PartitionRecords.NONE_LOST, PartitionRecords.SAME_LOGS, SimulatedCommitter.NEVER_BACK)),
        Arguments.of(Flaw.NO_EPOCH_CHECK, 60, List.of(PartitionRecords.SAME_LOGS, PartitionRecords.NONE_LOST, SimulatedCommitter.NEVER_BACK)),
        Arguments.of(Flaw.CUT_TO_HIGH_WATERMARK, 30, List.of(PartitionRecords.NONE_LOST, SimulatedCommitter.NEVER_BACK)),
        Arguments.of(Flaw.ELECTION_OUTSIDE_ISR, 30, List.of(PartitionRecords.NONE_LOST, SimulatedCommitter.NEVER_BACK)),
        Arguments.of(Flaw.EARLY_DECISION, 100, List.of(TransactionHistory.NOTHING_LOST, TransactionHistory.ALL_OR_NOTHING,
            TransactionHistory.NO_ZOMBIE, TransactionHistory.OFFSET_WITH_RECORDS)),
        Arguments.of(Flaw.TRUSTED_PRODUCERS, 100, List.of(TransactionHistory.NO_ZOMBIE)),
        Arguments.of(Flaw.UNHEARD_OWNERS, 10, List.of(GroupHistory.GIVEN_BACK)),
        Arguments.of(Flaw.UNHEARD_TASKS, 10, List.of(GroupHistory.GIVEN_BACK)),
        Arguments.of(Flaw.EARLY_ASSIGNMENT, 100, List.of(GroupHistory.ONE_OWNER, GroupHistory.GIVEN_BACK, SimulatedCommitter.NEVER_BACK)),
        Arguments.of(Flaw.EARLY_CONFIRMATION, 100, List.of(ShareHistory.DONE_ONCE)),
        Arguments.of(Flaw.SWALLOWED_RELEASES, 10, List.of(ShareHistory.ALL_DONE)),
        Arguments.of(Flaw.UNSYNCED_VOTE, 1_000, List.of(Invariants.ONE_LEADER, Invariants.SAME_METADATA)));
  }

  /** @param seeds several times as many as are needed now */
  @ParameterizedTest
  @MethodSource("flaws")
  void isFound(Flaw flaw, int seeds, List<String> invariants) {
    for (long seed = 0; seed < seeds; seed++) {
      try {
        new Simulation(seed, flaw).run();
      } catch (BrokenInvariantException e) {
        // a flaw may stop the cluster before it breaks what it is known to break
        if (!e.invariant().equals(Invariants.PROGRESS)) {
          assertThat(e.invariant()).isIn(invariants);
          System.out.println(flaw + " was found with seed " + seed + ": " + e.invariant());
          return;
        }
      }
    }
    fail("no seed below %d finds %s", seeds, flaw);
  }
}
