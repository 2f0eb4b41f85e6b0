package io.margay.groups.internal.group;

import io.margay.coordinator.CoordinatorException;
import io.margay.protocol.Errors;

/**
 * What members may say and take, whatever their protocol. None of the errors is one that clients retry, because the same request would be
 * refused again.
 */
public final class MemberLimits {
  private final GroupTable groups;

  /** @param groups the shard's groups */
  public MemberLimits(GroupTable groups) {
    this.groups = groups;
  }

  /**
   * @param valid whether a request is well formed
   * @param why the reason when it is not
   * @throws CoordinatorException INVALID_REQUEST when it is not
   */
  public static void require(boolean valid, String why) {
    if (!valid) {
      throw new CoordinatorException(Errors.INVALID_REQUEST, why);
    }
  }

  /**
   * @param longest {@code margay.groups.id.max.length}
   * @param groupId group id
   * @param ids other ids of the request, each may be null
   * @throws CoordinatorException INVALID_GROUP_ID or INVALID_REQUEST when one is longer
   */
  public void requireLengths(int longest, String groupId, String... ids) {
    if (groupId.length() > longest) {
      throw refused("a group id that is too long", "margay.groups.id.max.length", groupId, Errors.INVALID_GROUP_ID);
    }
    for (String id : ids) {
      if (id != null && id.length() > longest) {
        throw refused("a member whose ids are too long", "margay.groups.id.max.length", groupId, Errors.INVALID_REQUEST);
      }
    }
  }

  /**
   * @param clientId what a client calls itself; it is only shown to people
   * @param longest {@code margay.groups.id.max.length}
   * @return the part that is kept
   */
  public static String shortened(String clientId, int longest) {
    return clientId.length() <= longest ? clientId : clientId.substring(0, longest);
  }

  /**
   * @param groupId group id
   * @param bytes of what a member says of itself
   * @param most {@code margay.groups.member.metadata.max.bytes}
   * @throws CoordinatorException MESSAGE_TOO_LARGE
   */
  public void requireMetadata(String groupId, long bytes, long most) {
    if (bytes > most) {
      throw refused("a subscription that is too large", "margay.groups.member.metadata.max.bytes", groupId, Errors.MESSAGE_TOO_LARGE);
    }
  }

  /**
   * @param groupId group id
   * @param more bytes that a member takes beyond what it had
   * @throws CoordinatorException GROUP_MAX_SIZE_REACHED when there is no memory for it
   */
  public void requireMemory(String groupId, long more) {
    boolean known = groups.get(groupId) != null;
    long all = more + (known ? 0 : Group.costOf(groupId));
    if (!groups.memory().admits(all, known ? ShardMemory.Use.MEMBERS : ShardMemory.Use.NEW_MEMBERS)) {
      throw refused("members for want of memory", "margay.groups.memory.bytes", groupId, Errors.GROUP_MAX_SIZE_REACHED);
    }
  }

  /**
   * Counts and logs a refusal.
   *
   * @param what is refused
   * @param setting that limits it
   * @param groupId group id
   * @param error for the client
   * @return to be thrown
   */
  public CoordinatorException refused(String what, String setting, String groupId, Errors error) {
    groups.memory().node().refused(what, setting, groupId);
    return new CoordinatorException(error);
  }
}
