package io.margay.shares.internal.state;

import io.margay.coordinator.ShardHash;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import java.util.UUID;
import java.util.function.IntSupplier;

/** Which partition of {@code __share_group_state} holds a share partition, and who leads it. Safe for all threads. */
public final class StateTopic {
  /** The topic. */
  public static final String NAME = "__share_group_state";

  private final ClusterMetadata metadata;
  private final BrokerId self;
  private final IntSupplier partitions;
  private volatile boolean closed;

  /**
   * @param metadata the newest image
   * @param self this broker
   * @param partitions how many the topic gets when it is created
   */
  public StateTopic(ClusterMetadata metadata, BrokerId self, IntSupplier partitions) {
    this.metadata = metadata;
    this.self = self;
    this.partitions = partitions;
  }

  /** @return whether the topic was created */
  public boolean exists() {
    return metadata.image().topic(NAME) != null;
  }

  /** @return whether a topic exists */
  boolean has(UUID topicId) {
    return metadata.image().topic(topicId) != null;
  }

  int shardOf(StateKey key) {
    TopicImage topic = metadata.image().topic(NAME);
    return ShardHash.shardOf(key.coordinatorKey(), topic == null ? partitions.getAsInt() : topic.partitions().size());
  }

  /**
   * @param key a share partition
   * @return the broker that coordinates it; {@link BrokerId#NONE} when there is none now
   */
  public BrokerId coordinatorOf(StateKey key) {
    return leaderOf(shardOf(key));
  }

  /** @return the broker that coordinates a shard; {@link BrokerId#NONE} when there is none now */
  BrokerId leaderOf(int shard) {
    TopicImage topic = metadata.image().topic(NAME);
    PartitionImage partition = topic == null || shard >= topic.partitions().size() ? null : topic.partitions().get(shard);
    return partition == null ? BrokerId.NONE : partition.leader();
  }

  /** @return whether this broker leads the partition of a shard, according to the image, so that it is served here or soon will be */
  boolean ledHere(int shard) {
    return !closed && leaderOf(shard).equals(self);
  }

  /** From now on nothing is expected here. */
  void close() {
    closed = true;
  }
}
