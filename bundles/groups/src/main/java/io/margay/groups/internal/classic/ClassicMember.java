package io.margay.groups.internal.classic;

import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.HeapSize;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A member of a classic group. Belongs to its {@link ClassicGroup}; used with the shard held. */
public final class ClassicMember {
  /** No assignment. */
  public static final byte[] NOTHING = new byte[0];

  /**
   * A protocol that a member can follow.
   *
   * @param name its name, such as range
   * @param metadata the member's subscription, opaque
   */
  public record Protocol(String name, byte[] metadata) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Protocol that && name.equals(that.name) && Arrays.equals(metadata, that.metadata);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + Arrays.hashCode(metadata);
    }
  }

  /** Estimated bytes of a member without its texts: the object, its places in the group, its timer and what it has parked. */
  private static final int BYTES = 640;
  /** Estimated bytes of a protocol without its name and metadata. */
  private static final int PROTOCOL_BYTES = 40;

  private final String id;
  private final String instanceId;
  private final String clientId;
  private final String clientHost;
  private int rebalanceTimeoutMs;
  private int sessionTimeoutMs;
  private List<Protocol> protocols;
  private byte[] assignment = NOTHING;
  /** Not null while its JoinGroup is parked. */
  CompletableFuture<JoinGroupResponse> join;
  /** Not null while its SyncGroup is parked. */
  CompletableFuture<SyncGroupResponse> sync;
  /** Whether it has not been told its id yet, so that it cannot send heartbeats. */
  boolean isNew;
  /** In the context's elapsed milliseconds. */
  long deadlineMs;
  /** Runs at the deadline or before it; null when none is set. */
  ShardContext.Timer timer;
  long timerAtMs;

  /**
   * @param id member id
   * @param instanceId of a static member, else null
   * @param clientId what the client calls itself
   * @param clientHost where it comes from, with a leading slash
   * @param rebalanceTimeoutMs how long others wait for it to join again
   * @param sessionTimeoutMs how long it may be silent
   * @param protocols what it can follow, the preferred one first
   */
  public ClassicMember(String id, String instanceId, String clientId, String clientHost, int rebalanceTimeoutMs,
      int sessionTimeoutMs, List<Protocol> protocols) {
    this.id = id;
    this.instanceId = instanceId;
    this.clientId = clientId;
    this.clientHost = clientHost;
    update(rebalanceTimeoutMs, sessionTimeoutMs, protocols);
  }

  void update(int newRebalanceTimeoutMs, int newSessionTimeoutMs, List<Protocol> newProtocols) {
    this.rebalanceTimeoutMs = newRebalanceTimeoutMs;
    this.sessionTimeoutMs = newSessionTimeoutMs;
    this.protocols = List.copyOf(newProtocols);
  }

  /** What a member holds on the heap, in estimated bytes. */
  static long costOf(String id, String instanceId, String clientId, String clientHost, List<Protocol> protocols) {
    long bytes = BYTES + HeapSize.of(id) + HeapSize.of(instanceId) + HeapSize.of(clientId) + HeapSize.of(clientHost);
    for (Protocol p : protocols) {
      bytes += PROTOCOL_BYTES + HeapSize.of(p.name()) + HeapSize.of(p.metadata());
    }
    return bytes;
  }

  long bytes() {
    return costOf(id, instanceId, clientId, clientHost, protocols) + HeapSize.of(assignment);
  }

  /** @return the same member under another id; parked requests and timers stay behind */
  ClassicMember withId(String newId) {
    ClassicMember copy =
        new ClassicMember(newId, instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols);
    copy.assignment = assignment;
    return copy;
  }

  /** @return member id */
  public String id() {
    return id;
  }

  /** @return group instance id, or null for a dynamic member */
  public String instanceId() {
    return instanceId;
  }

  /** @return what the client calls itself */
  public String clientId() {
    return clientId;
  }

  /** @return where it comes from */
  public String clientHost() {
    return clientHost;
  }

  /** @return milliseconds */
  public int rebalanceTimeoutMs() {
    return rebalanceTimeoutMs;
  }

  /** @return milliseconds */
  public int sessionTimeoutMs() {
    return sessionTimeoutMs;
  }

  /** @return what it can follow, the preferred one first */
  public List<Protocol> protocols() {
    return protocols;
  }

  /** @return its assignment, opaque; empty for none */
  public byte[] assignment() {
    return assignment;
  }

  /** Keeps an assignment without a copy; of a member of a group, through {@link ClassicGroup#assign}. */
  void assign(byte[] bytes) {
    this.assignment = bytes == null ? NOTHING : bytes;
  }

  /** @return whether its JoinGroup is parked */
  public boolean awaitsJoin() {
    return join != null;
  }

  /** @return whether its SyncGroup is parked */
  public boolean awaitsSync() {
    return sync != null;
  }

  boolean supports(String protocol) {
    return protocols.stream().anyMatch(p -> p.name().equals(protocol));
  }

  /**
   * @param protocol a protocol's name
   * @return its metadata for it; empty when it does not follow it
   */
  public byte[] metadata(String protocol) {
    for (Protocol p : protocols) {
      if (p.name().equals(protocol)) {
        return p.metadata();
      }
    }
    return NOTHING;
  }
}
