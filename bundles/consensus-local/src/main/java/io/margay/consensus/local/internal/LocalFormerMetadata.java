package io.margay.consensus.local.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.FormerMetadata;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a log that was this node's own, for the quorum that takes its place. They are read, and not written. */
final class LocalFormerMetadata implements FormerMetadata {
  private final Path directory;
  private final int nodeId;
  private final LocalMetadataLog.Limits limits;
  private final FaultHandler faults;

  LocalFormerMetadata(Path directory, int nodeId, LocalMetadataLog.Limits limits, FaultHandler faults) {
    this.directory = directory;
    this.nodeId = nodeId;
    this.limits = limits;
    this.faults = faults;
  }

  @Override
  public boolean exists() {
    try {
      return Files.isDirectory(directory) && !NumberedFiles.list(directory,
          f -> JournalSegment.isSegment(f) || NumberedFiles.numberOf(f, Snapshots.SUFFIX) >= 0).isEmpty();
    } catch (IOException e) {
      throw new IllegalStateException("the metadata directory " + directory + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public long replay(StateMachine machine) throws IOException {
    try (LocalMetadataLog log = LocalMetadataLog.open(directory, ClusterIdentity.loadOrCreate(directory, nodeId, null), limits,
        Clock.SYSTEM, faults)) {
      return log.replayInto(machine);
    }
  }
}
