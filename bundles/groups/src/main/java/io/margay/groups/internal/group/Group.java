package io.margay.groups.internal.group;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeGroupsResponse;
import java.util.List;
import java.util.UUID;

/**
 * A group of any kind, as seen by the code that keeps its offsets, lists it and deletes it. Belongs to one shard and is used with the shard
 * held. It counts what it holds, in a {@link ShardMemory} while a {@link GroupTable} keeps it.
 */
public abstract class Group {
  /** Retention of offsets does not count now. */
  public static final long NEVER = Long.MAX_VALUE;
  /** A group without members and offsets: the object, its collections and its place in the table. */
  public static final int BYTES = 640;

  private final String id;
  private long bytes;
  private ShardMemory memory;

  /** @param id group id */
  protected Group(String id) {
    this.id = id;
    this.bytes = costOf(id);
  }

  /**
   * @param groupId group id
   * @return what a group without members holds, in bytes
   */
  public static long costOf(String groupId) {
    return BYTES + HeapSize.of(groupId);
  }

  /** @return group id */
  public final String id() {
    return id;
  }

  /** @return estimated bytes of heap */
  public final long bytes() {
    return bytes;
  }

  /** @param more bytes that it holds from now on; fewer when negative */
  protected final void grow(long more) {
    bytes += more;
    if (memory != null) {
      memory.add(more);
    }
  }

  void keptIn(ShardMemory keeper) {
    memory = keeper;
    memory.add(bytes);
  }

  void dropped() {
    memory.add(-bytes);
    memory = null;
  }

  /** @return Kafka's name of the group type, in lower case */
  public abstract String type();

  /** @return Kafka's name of the state */
  public abstract String stateTitle();

  /** @return milliseconds since the epoch when the state began; -1 when unknown */
  public abstract long stateSinceMs();

  /** @return the protocol type; empty when there is none */
  public abstract String protocolType();

  /** @return whether it has no members */
  public abstract boolean isEmpty();

  /** @return whether it has no members and none is about to join */
  public abstract boolean mayBeForgotten();

  /** @return whether the log has a record of the group itself, beside its offsets */
  public abstract boolean hasRecord();

  /** @return the records that end the group in the log; its offsets have their own */
  public abstract List<CoordinatorRecord> tombstones();

  /**
   * @param memberId who commits; empty for no member
   * @param instanceId group instance id, or null
   * @param generation generation or member epoch; negative for none
   * @throws CoordinatorException when the commit is to be refused
   */
  public abstract void requireMayCommit(String memberId, String instanceId, int generation);

  /**
   * Whether a member speaks the consumer protocol, whose epochs only newer versions of OffsetCommit carry.
   *
   * @param memberId a member, or anything else
   * @return false for others
   */
  public boolean speaksConsumerProtocol(String memberId) {
    return false;
  }

  /**
   * As {@link #requireMayCommit}, for a commit in a transaction of a producer, which may know no member.
   *
   * @param memberId who commits; empty for no member
   * @param instanceId group instance id, or null
   * @param generation generation or member epoch; negative for none
   * @throws CoordinatorException when the commit is to be refused
   */
  public void requireMayCommitInTransaction(String memberId, String instanceId, int generation) {
    if (generation >= 0 || !memberId.isEmpty() || instanceId != null) {
      requireMayCommit(memberId, instanceId, generation);
    }
  }

  /**
   * Whether a commit that {@link #requireMayCommit} allows may name a partition.
   *
   * @param memberId who commits
   * @param generation generation or member epoch
   * @param topic name of the partition's topic
   * @param topicId its id
   * @param partition the partition
   * @return NONE; else the error of the whole commit, when the member cannot have owned the partition since that epoch
   */
  public Errors errorOfCommit(String memberId, int generation, String topic, UUID topicId, int partition) {
    return Errors.NONE;
  }

  /**
   * @param memberId who fetches offsets; null or empty for no member
   * @param memberEpoch member epoch; negative for none
   * @throws CoordinatorException when the fetch is to be refused
   */
  public void requireMayFetch(String memberId, int memberEpoch) {
    // only the consumer protocol ties fetches to members
  }

  /** @throws CoordinatorException NON_EMPTY_GROUP when offsets of the group may not be deleted one by one */
  public abstract void requireMayDeleteOffsets();

  /**
   * @param topic a topic's name
   * @return whether members consume it, or may do so
   */
  public abstract boolean isSubscribedTo(String topic);

  /**
   * @param commitTimestampMs when an offset was committed
   * @return from when on its retention counts, in milliseconds since the epoch; {@link #NEVER} when it is kept
   */
  public abstract long retainedSinceMs(long commitTimestampMs);

  /**
   * @param version of DescribeGroups
   * @return the group as DescribeGroups shows it; null when it shows no groups of this kind
   */
  public abstract DescribeGroupsResponse.DescribedGroup describe(int version);
}
