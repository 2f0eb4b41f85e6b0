package io.margay.groups.internal.group;

/** Takes a sign of life of a member from the parts that serve its requests. */
@FunctionalInterface
public interface MemberLiveness {
  /**
   * @param group the group
   * @param memberId the member that sent a request; may be unknown
   */
  void onAlive(Group group, String memberId);
}
