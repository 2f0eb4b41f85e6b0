package io.margay.groups.internal.group;

/** A member of a group whose coordinator assigns. Immutable. */
public interface GroupMember {
  /** @return member id */
  String id();

  /** @return group instance id, or null for a dynamic member */
  default String instanceId() {
    return null;
  }
}
