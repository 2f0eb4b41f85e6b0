package io.margay.itests.hostile;

import java.util.List;

/** All attacks, in the order of the table. */
final class Attacks {
  private Attacks() { }

  /** Attacks that share a broker, unless they say that they do not. */
  static List<List<Attack>> families() {
    return List.of(ConnectionAttacks.all(), PipelineAttacks.all(), BatchAttacks.all(), ElementAttacks.all(), SlowAttacks.all(),
        SessionAttacks.all(), StateAttacks.all(), PartitionAttacks.all(), LogAttacks.all(), DiskAttacks.all(), HttpAttacks.all());
  }
}
