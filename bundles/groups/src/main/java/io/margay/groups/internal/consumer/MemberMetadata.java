package io.margay.groups.internal.consumer;

import io.margay.groups.internal.classic.ClassicMember;
import io.margay.groups.internal.group.HeapSize;
import java.util.List;
import java.util.Set;

/**
 * What a member says of itself. Immutable.
 *
 * @param client who it is
 * @param topics names of the topics that it subscribes to
 * @param pattern a regular expression for further topics; empty for none
 * @param rebalanceTimeoutMs how long it may take to give partitions back
 * @param assignor the assignor that it prefers, or null
 * @param classic how it takes part when it follows the classic protocol; null for the consumer protocol
 */
public record MemberMetadata(Client client, Set<String> topics, String pattern, int rebalanceTimeoutMs, String assignor,
    Classic classic) {
  /** Of a member that has no record yet. */
  static final MemberMetadata UNKNOWN = new MemberMetadata(new Client("", "", null, null), Set.of(), "", -1, null, null);
  /** Estimated bytes of the objects, and of a topic's place in the set. */
  private static final int BYTES = 160;
  private static final int TOPIC_BYTES = 8;
  private static final int PROTOCOL_BYTES = 40;

  /**
   * Who a member is.
   *
   * @param id what the client calls itself
   * @param host where it comes from, with a leading slash
   * @param instanceId of a static member, else null
   * @param rackId where it runs, or null
   */
  public record Client(String id, String host, String instanceId, String rackId) { }

  /**
   * A member that follows the classic protocol.
   *
   * @param sessionTimeoutMs how long it may be silent
   * @param protocols what it can follow, the preferred one first
   */
  public record Classic(int sessionTimeoutMs, List<ClassicMember.Protocol> protocols) {
    public Classic {
      protocols = List.copyOf(protocols);
    }
  }

  public MemberMetadata {
    topics = Set.copyOf(topics);
  }

  /** @return estimated bytes of heap */
  public long bytes() {
    long bytes = BYTES + HeapSize.of(client.id) + HeapSize.of(client.host) + HeapSize.of(client.instanceId)
        + HeapSize.of(client.rackId) + HeapSize.of(pattern) + HeapSize.of(assignor);
    for (String topic : topics) {
      bytes += TOPIC_BYTES + HeapSize.of(topic);
    }
    if (classic != null) {
      for (ClassicMember.Protocol p : classic.protocols) {
        bytes += PROTOCOL_BYTES + HeapSize.of(p.name()) + HeapSize.of(p.metadata());
      }
    }
    return bytes;
  }
}
