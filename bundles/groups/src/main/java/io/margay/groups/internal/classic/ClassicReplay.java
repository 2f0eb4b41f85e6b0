package io.margay.groups.internal.classic;

import io.margay.protocol.state.GroupMetadataKey;
import io.margay.protocol.state.GroupMetadataValue;
import java.util.List;

/** Reads classic groups back from their records. */
public final class ClassicReplay {
  private final ClassicGroups groups;
  private final Rebalance rebalance;

  /**
   * @param groups the shard's classic groups
   * @param rebalance of the same shard
   */
  public ClassicReplay(ClassicGroups groups, Rebalance rebalance) {
    this.groups = groups;
    this.rebalance = rebalance;
  }

  /**
   * A stable group whose members had another protocol before.
   *
   * @param id group id
   * @param generation its generation
   * @param members at least one; all have a protocol in common
   * @param nowMs milliseconds since the epoch
   * @return the group, as it would be read from its record
   */
  public static ClassicGroup stable(String id, int generation, List<ClassicMember> members, long nowMs) {
    ClassicGroup group = new ClassicGroup(id, nowMs);
    members.forEach(m -> group.add(m, ClassicGroup.CONSUMER));
    group.restore(GroupState.STABLE, generation, ClassicGroup.CONSUMER, group.selectProtocol(), group.leaderId(), nowMs);
    return group;
  }

  /**
   * Applies a group's record.
   *
   * @param key its id
   * @param value the group as it was then, or null when it was deleted
   */
  public void replay(GroupMetadataKey key, GroupMetadataValue value) {
    if (value == null) {
      ClassicGroup gone = groups.remove(key.group());
      if (gone != null) {
        rebalance.onDeleted(gone, gone.stateSinceMs());
      }
      return;
    }
    ClassicGroup group = new ClassicGroup(key.group(), value.currentStateTimestamp());
    group.restore(value.members().isEmpty() ? GroupState.EMPTY : GroupState.STABLE, value.generation(), value.protocolType(),
        value.protocol(), value.leader(), value.currentStateTimestamp());
    for (GroupMetadataValue.MemberMetadata m : value.members()) {
      int rebalanceTimeoutMs = m.rebalanceTimeout() < 0 ? m.sessionTimeout() : m.rebalanceTimeout();
      ClassicMember.Protocol followed =
          new ClassicMember.Protocol(value.protocol() == null ? "" : value.protocol(), m.subscription());
      ClassicMember member = new ClassicMember(m.memberId(), m.groupInstanceId(), m.clientId(), m.clientHost(),
          rebalanceTimeoutMs, m.sessionTimeout(), List.of(followed));
      member.assign(m.assignment());
      group.add(member, value.protocolType());
    }
    group.updateSubscribedTopics();
    groups.put(group);
  }
}
