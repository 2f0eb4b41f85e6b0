package io.margay.itests.hostile;

import java.util.List;
import java.util.Set;

/** All attacks, in the order of the table. */
final class Attacks {
  /** Rows that are not repaired: they run when they are named only. */
  static final Set<String> NOT_YET = Set.of("a", "f-stored", "i-auto");

  private Attacks() { }

  /** Attacks that share a broker, unless they say that they do not. */
  static List<List<Attack>> families() {
    return List.of(ConnectionAttacks.all(), PipelineAttacks.all(), BatchAttacks.all(), ElementAttacks.all(), SlowAttacks.all(),
        SessionAttacks.all(), StateAttacks.all(), PartitionAttacks.all(), LogAttacks.all(), DiskAttacks.all());
  }
}
