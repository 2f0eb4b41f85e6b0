package io.margay.groups.internal.share;

import io.margay.groups.internal.group.GroupMember;
import io.margay.groups.internal.group.HeapSize;
import io.margay.groups.internal.group.Partitions;
import java.util.Set;

/**
 * A member of a share group. Immutable.
 *
 * @param id member id, which the client makes
 * @param client who it is
 * @param topics names of the topics that it subscribes to
 * @param epoch that its requests are to have; 0 before the first assignment
 * @param previousEpoch the epoch before it, which a member has whose last answer was lost
 * @param assigned what it may consume, perhaps together with others
 */
public record ShareMember(String id, Client client, Set<String> topics, int epoch, int previousEpoch, Partitions assigned)
    implements GroupMember {
  /** The epoch with which a member joins. */
  static final int JOIN = 0;
  /** The epoch with which a member leaves. */
  static final int LEAVE = -1;
  /** Estimated bytes of a member without texts and partitions: the objects, its places in the group, its session and timer. */
  private static final int BYTES = 480;
  private static final int TOPIC_BYTES = 8;

  /**
   * Who a member is.
   *
   * @param id what the client calls itself
   * @param host where it comes from, with a leading slash
   * @param rackId where it runs, or null
   */
  public record Client(String id, String host, String rackId) { }

  /** Keeps its own set of topics. */
  public ShareMember {
    topics = Set.copyOf(topics);
  }

  static ShareMember joining(String id, Client client, Set<String> topics) {
    return new ShareMember(id, client, topics, JOIN, JOIN, Partitions.NONE);
  }

  ShareMember says(Client newClient, Set<String> newTopics) {
    return new ShareMember(id, newClient, newTopics, epoch, previousEpoch, assigned);
  }

  ShareMember has(int newEpoch, int newPreviousEpoch, Partitions newAssigned) {
    return new ShareMember(id, client, topics, newEpoch, newPreviousEpoch, newAssigned);
  }

  boolean saysTheSameAs(ShareMember other) {
    return other != null && client.equals(other.client) && topics.equals(other.topics);
  }

  boolean hasTheSameAs(ShareMember other) {
    return other != null && epoch == other.epoch && previousEpoch == other.previousEpoch && assigned.equals(other.assigned);
  }

  /** Estimated bytes of heap. */
  long bytes() {
    long bytes = BYTES + HeapSize.of(id) + HeapSize.of(client.id) + HeapSize.of(client.host) + HeapSize.of(client.rackId)
        + assigned.bytes();
    for (String topic : topics) {
      bytes += TOPIC_BYTES + HeapSize.of(topic);
    }
    return bytes;
  }
}
