package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.GroupMember;
import io.margay.groups.internal.group.HeapSize;
import java.util.Map;
import java.util.Objects;

/**
 * A member of a streams group: a thread of an application. Immutable.
 *
 * @param id member id, which the client makes
 * @param said what it says of itself
 * @param current what it has
 */
public record StreamsMember(String id, Said said, CurrentTasks current) implements GroupMember {
  /** Estimated bytes of a member without texts and tasks: the objects, its places in the group, its session and timer. */
  private static final int BYTES = 640;
  private static final int TAG_BYTES = 80;

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
   * Where an application answers queries.
   *
   * @param host a name or an address
   * @param port its port
   */
  public record Endpoint(String host, int port) { }

  /**
   * What a member says of itself. Immutable.
   *
   * @param client who it is
   * @param rebalanceTimeoutMs how long it may take to give tasks back
   * @param topologyEpoch the epoch of its topology
   * @param process its process, whose members share a state directory
   * @param endpoint where the application answers queries, or null
   * @param tags what the application says of it, such as its zone
   */
  public record Said(Client client, int rebalanceTimeoutMs, int topologyEpoch, String process, Endpoint endpoint, Map<String, String> tags) {
    /** Of a member that has no record yet. */
    static final Said UNKNOWN = new Said(new Client("", "", null, null), -1, 0, "", null, Map.of());

    /** Keeps its own tags. */
    public Said {
      tags = Map.copyOf(tags);
    }

    /** Whether an assignor sees no difference. */
    boolean assignedAs(Said other) {
      return process.equals(other.process) && tags.equals(other.tags) && Objects.equals(client.instanceId, other.client.instanceId)
          && Objects.equals(client.rackId, other.client.rackId);
    }

    /** Estimated bytes of heap. */
    long bytes() {
      long bytes = HeapSize.of(client.id) + HeapSize.of(client.host) + HeapSize.of(client.instanceId) + HeapSize.of(client.rackId)
          + HeapSize.of(process) + (endpoint == null ? 0 : HeapSize.of(endpoint.host));
      for (Map.Entry<String, String> tag : tags.entrySet()) {
        bytes += TAG_BYTES + HeapSize.of(tag.getKey()) + HeapSize.of(tag.getValue());
      }
      return bytes;
    }
  }

  @Override
  public String instanceId() {
    return said.client().instanceId();
  }

  /** @return the member epoch */
  public int epoch() {
    return current.epoch();
  }

  StreamsMember with(Said next) {
    return next.equals(said) ? this : new StreamsMember(id, next, current);
  }

  StreamsMember with(CurrentTasks next) {
    return next.equals(current) ? this : new StreamsMember(id, said, next);
  }

  static long costOf(String id, Said said) {
    return BYTES + HeapSize.of(id) + said.bytes();
  }

  /** Estimated bytes of heap. */
  long bytes() {
    return costOf(id, said) + current.bytes();
  }
}
