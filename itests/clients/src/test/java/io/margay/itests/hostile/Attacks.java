package io.margay.itests.hostile;

import java.util.List;
import java.util.Set;

/** All attacks, in the order of the table. */
final class Attacks {
  /** Rows that are not repaired: they run when they are named only. */
  static final Set<String> NOT_YET = Set.of("a", "b", "b-reset", "b-half", "b-answered", "b-parked", "b-idle", "c-many", "c-configs",
      "c-versions", "e-zstd", "e-zstd-as", "e-gzip", "e-gzip-as", "e-lz4", "e-lz4-as", "e-snappy", "e-snappy-as", "f-zstd", "f-gzip",
      "f-lz4", "f-snappy", "f-stored", "g-deltopics", "g-topics", "g-assigned", "g-partitions", "g-epochs", "g-offsets", "g-records",
      "g-produce", "g-fetch", "g-logdirs", "g-elect", "g-fetched", "g-committed", "g-offdel", "g-groups", "g-delgroups", "g-leave",
      "g-join", "g-sync", "g-configs", "g-broker", "g-alter", "g-increment", "i", "i-many", "i-auto", "j", "j-groups", "k", "k-members",
      "k-ids", "k-sync", "l", "l-partial", "l-full", "n", "n-flood", "o", "o-stored");

  private Attacks() { }

  /** Attacks that share a broker, unless they say that they do not. */
  static List<List<Attack>> families() {
    return List.of(ConnectionAttacks.all(), PipelineAttacks.all(), BatchAttacks.all(), ElementAttacks.all(), SlowAttacks.all(),
        SessionAttacks.all(), StateAttacks.all(), PartitionAttacks.all(), LogAttacks.all(), DiskAttacks.all());
  }
}
