package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.GroupMember;
import io.margay.groups.internal.group.HeapSize;

/**
 * A member of a consumer group. Immutable.
 *
 * @param id member id
 * @param metadata what it says of itself
 * @param current what it has
 */
public record ConsumerMember(String id, MemberMetadata metadata, CurrentAssignment current) implements GroupMember {
  /** Estimated bytes of a member without texts and partitions: the objects, its places in the group, its session and timer. */
  private static final int BYTES = 480;

  @Override
  public String instanceId() {
    return metadata.client().instanceId();
  }

  /** @return whether it follows the classic protocol */
  public boolean isClassic() {
    return metadata.classic() != null;
  }

  /** @return the member epoch */
  public int epoch() {
    return current.epoch();
  }

  ConsumerMember with(MemberMetadata next) {
    return next.equals(metadata) ? this : new ConsumerMember(id, next, current);
  }

  ConsumerMember with(CurrentAssignment next) {
    return next.equals(current) ? this : new ConsumerMember(id, metadata, next);
  }

  static long costOf(String id, MemberMetadata metadata) {
    return BYTES + HeapSize.of(id) + metadata.bytes();
  }

  long bytes() {
    return costOf(id, metadata) + current.bytes();
  }
}
