package io.margay.transactions.internal.handlers;

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

/**
 * The port through which the handlers reach the coordinator. Never blocks; safe for all threads. Futures fail with a
 * {@link io.margay.coordinator.CoordinatorException} when the whole request has one error. {@code bytes} is what a request holds in
 * memory until it is answered, about.
 */
public interface TransactionCoordinatorService {
  /** @return gives producer ids to producers without a transactional id */
  ProducerIds producerIds();

  /** @return the producer id, or an error */
  CompletableFuture<InitOperation.Initialised> init(InitOperation.Init init);

  /** @return NONE when the partitions belong to the producer's open transaction now */
  CompletableFuture<Errors> add(Claim claim, Set<TopicPartition> partitions, int version, long bytes);

  /** @return for each partition, whether it belongs to the producer's open transaction */
  CompletableFuture<Map<TopicPartition, Errors>> verify(Claim claim, Set<TopicPartition> partitions, long bytes);

  /** @return the producer for the next transaction, when the end is decided */
  CompletableFuture<EndOperations.Ended> end(EndOperations.End end);

  /** @return what is known of a transactional id */
  CompletableFuture<DescribeTransactionsResponse.TransactionState> describe(String id, LongPredicate memory);

  /** @return the transactional ids that this broker coordinates */
  CompletableFuture<List<ListTransactionsResponse.TransactionState>> list(Listing.Filter filter, LongPredicate memory);

  /** @return NONE when the marker is committed in a partition that this broker leads */
  CompletionStage<Errors> writeMarker(TopicPartition tp, MarkerWriter.Marker marker);

  /** @return the partition that holds a group's offsets */
  TopicPartition offsetsPartition(String groupId);

  /** @return whether the cluster has the partition */
  boolean exists(TopicPartition tp);
}
