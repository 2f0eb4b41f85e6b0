package io.margay.transactions.internal;

import io.margay.coordinator.ShardHash;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import java.util.function.IntSupplier;

/** Which partition of {@code __transaction_state} holds a transactional id, and who leads it. Safe for all threads. */
final class TransactionTopic {
  /** The topic. */
  static final String NAME = "__transaction_state";

  private final ClusterMetadata metadata;
  private final BrokerId self;
  private final IntSupplier partitions;
  private volatile boolean closed;

  /**
   * @param metadata the newest image
   * @param self this broker
   * @param partitions how many the topic gets when it is created
   */
  TransactionTopic(ClusterMetadata metadata, BrokerId self, IntSupplier partitions) {
    this.metadata = metadata;
    this.self = self;
    this.partitions = partitions;
  }

  int shardOf(String id) {
    TopicImage topic = metadata.image().topic(NAME);
    return ShardHash.shardOf(id, topic == null ? partitions.getAsInt() : topic.partitions().size());
  }

  /** The broker that coordinates an id; {@link BrokerId#NONE} when there is none now. */
  BrokerId coordinatorOf(String id) {
    return leaderOf(shardOf(id));
  }

  private BrokerId leaderOf(int shard) {
    TopicImage topic = metadata.image().topic(NAME);
    PartitionImage partition = topic == null || shard >= topic.partitions().size() ? null : topic.partitions().get(shard);
    return partition == null ? BrokerId.NONE : partition.leader();
  }

  /** Whether this broker leads the partition of a shard, according to the image, so that it is served here or soon will be. */
  boolean ledHere(int shard) {
    return !closed && leaderOf(shard).equals(self);
  }

  /** From now on nothing is expected here. */
  void close() {
    closed = true;
  }
}
