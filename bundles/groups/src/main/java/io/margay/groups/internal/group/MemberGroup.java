package io.margay.groups.internal.group;

import java.util.Collection;

/**
 * A group whose coordinator assigns, as its drafts read it. The group's epoch grows when an assignment is needed; the assignment's epoch is
 * that of the group for which it was computed.
 *
 * @param <M> a member
 * @param <T> what a member is to have
 */
public interface MemberGroup<M extends GroupMember, T> {
  /** @return the group epoch; 0 before the first member */
  int epoch();

  /** @return tells whether the topics of the group have changed */
  long metadataHash();

  /** @return the epoch of the target assignment */
  int assignmentEpoch();

  /** @return the members, the oldest first */
  Collection<M> members();

  /**
   * @param memberId a member id
   * @return the member, or null
   */
  M member(String memberId);

  /**
   * @param memberId a member id
   * @return what it is to have; never null
   */
  T target(String memberId);
}
