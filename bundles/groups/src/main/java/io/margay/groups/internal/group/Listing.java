package io.margay.groups.internal.group;

import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.ListGroupsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Shows the groups of a shard, of all kinds. */
public final class Listing {
  private static final int FIRST_WITH_NOT_FOUND = 6;
  /** Estimated bytes of a listed group, as an object and on the wire. */
  private static final int LISTED_BYTES = 120;
  private static final String DEAD = "Dead";

  private final GroupTable groups;

  /** @param groups the shard's groups */
  public Listing(GroupTable groups) {
    this.groups = groups;
  }

  /**
   * @param states names of states in lower case; empty for all
   * @param types names of group types in lower case; empty for all
   * @param memory what the answer takes
   * @return the groups in these states
   */
  public List<ListGroupsResponse.ListedGroup> list(Set<String> states, Set<String> types, AnswerMemory memory) {
    List<ListGroupsResponse.ListedGroup> result = new ArrayList<>();
    for (Group g : groups.all()) {
      if ((types.isEmpty() || types.contains(g.type()))
          && (states.isEmpty() || states.contains(g.stateTitle().toLowerCase(Locale.ROOT)))) {
        memory.take(LISTED_BYTES + g.id().length());
        result.add(new ListGroupsResponse.ListedGroup().setGroupId(g.id()).setProtocolType(g.protocolType())
            .setGroupState(g.stateTitle()).setGroupType(g.type()));
      }
    }
    return result;
  }

  /**
   * @param groupId group id
   * @param version of the request
   * @param memory what the answer takes
   * @return the group; Dead when there is none
   */
  public DescribeGroupsResponse.DescribedGroup describe(String groupId, int version, AnswerMemory memory) {
    Group group = groups.get(groupId);
    DescribeGroupsResponse.DescribedGroup shown = group == null ? null : group.describe(version);
    if (shown != null) {
      memory.take(group.bytes());
      return shown;
    }
    DescribeGroupsResponse.DescribedGroup none =
        new DescribeGroupsResponse.DescribedGroup().setGroupId(groupId).setGroupState(DEAD);
    return version < FIRST_WITH_NOT_FOUND ? none : none.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
        .setErrorMessage(group == null ? "Group " + groupId + " not found."
            : "Group " + groupId + " is not a classic group.");
  }
}
