package io.margay.consensus.local.internal;

import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.QuorumNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The only voter. It cannot be joined by others: a node becomes one of a quorum by its settings, at its next start. */
final class LocalQuorum implements MetadataQuorum {
  private static final long EPOCH = 1;

  private final QuorumNode self;
  private final LocalMetadataLog log;

  LocalQuorum(QuorumNode self, LocalMetadataLog log) {
    this.self = self;
    this.log = log;
  }

  @Override
  public CompletionStage<Status> describe() {
    long last = log.lastIndex();
    return CompletableFuture.completedFuture(new Status(log.leaderId(), EPOCH, last, List.of(new Member(self, true, last, 0))));
  }

  @Override
  public CompletionStage<Void> addVoter(QuorumNode node) {
    return refused();
  }

  @Override
  public CompletionStage<Void> removeVoter(int nodeId) {
    return refused();
  }

  @Override
  public CompletionStage<Void> transferLeadership(int nodeId) {
    return refused();
  }

  private static CompletionStage<Void> refused() {
    return CompletableFuture.failedFuture(new UnsupportedOperationException(
        "The metadata is on this node alone. Name the voters in controller.quorum.voters, on all nodes, and start again."));
  }
}
