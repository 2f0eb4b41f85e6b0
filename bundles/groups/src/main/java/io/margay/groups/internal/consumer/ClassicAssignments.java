package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.message.ConsumerProtocolAssignment;
import io.margay.protocol.message.ConsumerProtocolSubscription;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** What members of the classic protocol write into its opaque bytes: subscriptions and assignments, there and back. */
final class ClassicAssignments {
  /**
   * A subscription.
   *
   * @param topics names of the topics
   * @param rackId where the member runs, or null
   * @param owned what it says that it has
   */
  record Subscription(Set<String> topics, String rackId, Partitions owned) { }

  private final Topics topics;

  ClassicAssignments(Topics topics) {
    this.topics = topics;
  }

  /** Null when the bytes are no subscription. */
  Subscription subscription(byte[] metadata) {
    try {
      MessageReader in = new MessageReader(metadata);
      short version = in.readShort();
      if (version < ConsumerProtocolSubscription.LOWEST_VERSION) {
        return null;
      }
      ConsumerProtocolSubscription read = new ConsumerProtocolSubscription();
      // a newer version starts with the fields of those before it
      read.read(in, (short) Math.min(version, ConsumerProtocolSubscription.HIGHEST_VERSION));
      Partitions.Builder owned = new Partitions.Builder();
      read.ownedPartitions().forEach(t -> {
        UUID id = topics.id(t.topic());
        if (id != null) {
          t.partitions().forEach(p -> owned.add(id, p, Partitions.NO_EPOCH));
        }
      });
      return new Subscription(new HashSet<>(read.topics()), read.rackId(), owned.build());
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  /** Null when the bytes are no assignment; an empty array is an empty one. Topics that are gone are left out. */
  Partitions assignment(byte[] bytes) {
    if (bytes.length == 0) {
      return Partitions.NONE;
    }
    try {
      MessageReader in = new MessageReader(bytes);
      short version = in.readShort();
      if (version < ConsumerProtocolAssignment.LOWEST_VERSION) {
        return null;
      }
      ConsumerProtocolAssignment read = new ConsumerProtocolAssignment();
      read.read(in, (short) Math.min(version, ConsumerProtocolAssignment.HIGHEST_VERSION));
      Partitions.Builder result = new Partitions.Builder();
      read.assignedPartitions().forEach(t -> {
        UUID id = topics.id(t.topic());
        if (id != null) {
          t.partitions().forEach(p -> result.add(id, p, Partitions.NO_EPOCH));
        }
      });
      return result.build();
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  /** An assignment in the version of a subscription, which the member can read. */
  byte[] bytes(Partitions partitions, byte[] subscription) {
    ConsumerProtocolAssignment result = new ConsumerProtocolAssignment();
    partitions.forEachTopic((id, numbers, epochs) -> {
      String name = topics.name(id);
      if (name != null) {
        result.assignedPartitions().add(new ConsumerProtocolAssignment.TopicPartition().setTopic(name)
            .setPartitions(ConsumerRecords.list(numbers)));
      }
    });
    int version = subscription.length < 2 ? 0 : subscription[0] << 8 | subscription[1] & 0xff;
    return Messages.toVersionedBytes(result, (short) Math.max(ConsumerProtocolAssignment.LOWEST_VERSION,
        Math.min(version, ConsumerProtocolAssignment.HIGHEST_VERSION)));
  }
}
