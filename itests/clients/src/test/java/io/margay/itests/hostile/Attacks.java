package io.margay.itests.hostile;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** All attacks, in the order of the table. */
final class Attacks {
  /** Rows that are not repaired: they run when they are named only. */
  static final Set<String> NOT_YET = Set.of();

  private Attacks() { }

  static List<Attack> all() {
    return Stream.of(ConnectionAttacks.all(), PipelineAttacks.all(), BatchAttacks.all(), ElementAttacks.all(), SlowAttacks.all(),
        SessionAttacks.all(), StateAttacks.all(), PartitionAttacks.all(), LogAttacks.all(), DiskAttacks.all()).flatMap(List::stream).toList();
  }
}
