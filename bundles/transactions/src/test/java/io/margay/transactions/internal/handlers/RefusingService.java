package io.margay.transactions.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeTransactionsResponse;
import io.margay.protocol.message.ListTransactionsResponse;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.transactions.internal.operations.EndOperations;
import io.margay.transactions.internal.operations.InitOperation;
import io.margay.transactions.internal.operations.Listing;
import io.margay.transactions.internal.producerid.ProducerIds;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongPredicate;

/** A coordinator that fences everyone. */
public abstract class RefusingService implements TransactionCoordinatorService {
  private static <T> CompletableFuture<T> fenced() {
    return CompletableFuture.failedFuture(new CoordinatorException(Errors.PRODUCER_FENCED));
  }

  @Override
  public ProducerIds producerIds() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<InitOperation.Initialised> init(InitOperation.Init init) {
    return fenced();
  }

  @Override
  public CompletableFuture<Errors> add(Claim claim, Set<TopicPartition> partitions, int version, long bytes) {
    return fenced();
  }

  @Override
  public CompletableFuture<Map<TopicPartition, Errors>> verify(Claim claim, Set<TopicPartition> partitions, long bytes) {
    return fenced();
  }

  @Override
  public CompletableFuture<EndOperations.Ended> end(EndOperations.End end) {
    return fenced();
  }

  @Override
  public CompletableFuture<DescribeTransactionsResponse.TransactionState> describe(String id, LongPredicate memory) {
    return fenced();
  }

  @Override
  public CompletableFuture<List<ListTransactionsResponse.TransactionState>> list(Listing.Filter filter, LongPredicate memory) {
    return fenced();
  }

  @Override
  public CompletionStage<Errors> writeMarker(TopicPartition tp, MarkerWriter.Marker marker) {
    return CompletableFuture.completedFuture(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  @Override
  public TopicPartition offsetsPartition(String groupId) {
    return new TopicPartition("__consumer_offsets", 0);
  }

  @Override
  public boolean exists(TopicPartition tp) {
    return !tp.topic().equals("unknown");
  }
}
