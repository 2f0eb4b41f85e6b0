package io.margay.controller.internal.handlers;

import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.MetadataQuorum.MembershipException.Kind;
import io.margay.spi.consensus.QuorumNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Node 1 leads, node 2 votes and is behind, node 3 observes and was never heard of. Remembers what it is asked. */
final class FakeQuorum implements MetadataQuorum {
  final List<QuorumNode> added = new ArrayList<>();
  final List<Integer> removed = new ArrayList<>();

  @Override
  public CompletionStage<Status> describe() {
    return CompletableFuture.completedFuture(new Status(1, 3, 7, List.of(member(1, true, 7, 0), member(2, true, 5, 20), member(3, false, -1, -1))));
  }

  private static Member member(int id, boolean voter, long lastIndex, long lastContactMs) {
    return new Member(new QuorumNode(id, "h", 9000 + id), voter, lastIndex, lastContactMs);
  }

  @Override
  public CompletionStage<Void> addVoter(QuorumNode node) {
    if (node.id() < 3) {
      return CompletableFuture.failedFuture(new MembershipException(Kind.DUPLICATE_VOTER, "is one"));
    }
    added.add(node);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> removeVoter(int nodeId) {
    if (nodeId > 2) {
      return CompletableFuture.failedFuture(new MembershipException(Kind.VOTER_NOT_FOUND, "is none"));
    }
    removed.add(nodeId);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> transferLeadership(int nodeId) {
    return CompletableFuture.completedFuture(null);
  }
}
