package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.groups.internal.offsets.ResolvedTopic;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.spi.partition.TransactionVerifier;
import io.margay.spi.partition.TransactionVerifier.Claim;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Commits of offsets within a producer's transaction. The transaction coordinator confirms first that the group's partition belongs to
 * the transaction, once for each transaction. Safe for all threads.
 */
final class TransactionalCommits {
  /** A marker of the producer's last transaction may come in between. */
  private static final int MOST_ATTEMPTS = 5;
  private static final long SMALL_BYTES = 512;

  /**
   * A commit in a transaction.
   *
   * @param claim transaction and producer
   * @param add whether the group's partition is added to the transaction (transactions v2)
   * @param offsets what is committed
   * @param topics its topics as the cluster knows them
   * @param version of OffsetCommit with the same errors
   * @param bytes what the request holds, about
   */
  record Commit(Claim claim, boolean add, OffsetCommitRequest offsets, List<ResolvedTopic> topics, int version, long bytes) { }

  private final ShardsByGroup shards;
  private volatile TransactionVerifier verifier;

  TransactionalCommits(ShardsByGroup shards) {
    this.shards = shards;
  }

  void setVerifier(TransactionVerifier comes) {
    verifier = comes;
  }

  void unsetVerifier(TransactionVerifier leaves) {
    if (verifier == leaves) {
      verifier = null;
    }
  }

  CompletableFuture<OffsetCommitResponse> commit(Commit commit) {
    return attempt(commit, 1);
  }

  private CompletableFuture<OffsetCommitResponse> attempt(Commit commit, int attempt) {
    Claim claim = commit.claim;
    String groupId = commit.offsets.groupId();
    return shards.run(groupId, SMALL_BYTES, (s, now) -> Result.of(s.checks().begin(claim.producerId(), claim.producerEpoch())))
        .thenCompose(number -> confirmed(commit, number).thenCompose(error -> {
          if (error != Errors.NONE) {
            return CompletableFuture.failedFuture(new CoordinatorException(forClients(error)));
          }
          return write(commit, number).thenCompose(answer -> {
            if (answer.isPresent()) {
              return CompletableFuture.completedFuture(answer.get());
            }
            return attempt < MOST_ATTEMPTS ? attempt(commit, attempt + 1)
                : CompletableFuture.failedFuture(new CoordinatorException(Errors.COORDINATOR_LOAD_IN_PROGRESS));
          });
        }));
  }

  private CompletionStage<Errors> confirmed(Commit commit, long number) {
    TransactionVerifier now = verifier;
    if (number == 0) {
      return CompletableFuture.completedFuture(Errors.NONE);
    }
    return now == null ? CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE)
        : now.verify(commit.claim, shards.partitionOf(commit.offsets.groupId()), commit.add);
  }

  /** Empty when the transaction has to be confirmed once more. */
  private CompletableFuture<Optional<OffsetCommitResponse>> write(Commit commit, long number) {
    Claim claim = commit.claim;
    return shards.run(commit.offsets.groupId(), commit.bytes, (s, now) -> {
      if (!s.checks().end(claim.producerId(), number)) {
        return Result.of(Optional.<OffsetCommitResponse>empty());
      }
      Result<OffsetCommitResponse> result = s.offsets().commitInTransaction(commit.offsets, commit.topics, commit.version, now);
      return result.answering(Optional.of(result.response())).inTransaction(claim.producerId(), claim.producerEpoch());
    });
  }

  /** That the transaction's coordinator is away must not let clients look for that of the group. */
  private static Errors forClients(Errors error) {
    return switch (error) {
      case CONCURRENT_TRANSACTIONS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, NETWORK_EXCEPTION, REQUEST_TIMED_OUT ->
          Errors.COORDINATOR_LOAD_IN_PROGRESS;
      default -> error;
    };
  }
}
