package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.groups.internal.group.ShardMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupRequest;

/**
 * What a JoinGroup may take: lengths, counts and memory. None of the errors is one that clients retry, because the same request
 * would be refused again.
 */
public final class JoinLimits {
  /** Letters of a UUID and a hyphen, which a member id has after the client id. */
  private static final int MEMBER_ID_SUFFIX = 37;

  private final ClassicGroups groups;
  private final GroupConfig config;

  JoinLimits(ClassicGroups groups, GroupConfig config) {
    this.groups = groups;
    this.config = config;
  }

  /**
   * @param request the request
   * @throws CoordinatorException INVALID_SESSION_TIMEOUT
   */
  public void requireTimeout(JoinGroupRequest request) {
    if (request.sessionTimeoutMs() < config.minSessionTimeoutMs() || request.sessionTimeoutMs() > config.maxSessionTimeoutMs()) {
      throw new CoordinatorException(Errors.INVALID_SESSION_TIMEOUT);
    }
  }

  /**
   * @param join the request
   * @throws CoordinatorException INVALID_GROUP_ID, INVALID_REQUEST, INCONSISTENT_GROUP_PROTOCOL or MESSAGE_TOO_LARGE
   */
  public void requireSizes(JoinOperations.Join join) {
    JoinGroupRequest request = join.request();
    String groupId = request.groupId();
    int longest = config.idMaxLength();
    if (groupId.length() > longest) {
      throw refused("a group id that is too long", "margay.groups.id.max.length", groupId, Errors.INVALID_GROUP_ID);
    }
    if (request.groupInstanceId() != null && request.groupInstanceId().length() > longest) {
      throw refused("a group instance id that is too long", "margay.groups.id.max.length", groupId, Errors.INVALID_REQUEST);
    }
    if (join.protocols().size() > config.memberProtocolsMax()) {
      throw refused("a member with too many protocols", "margay.groups.member.protocols.max", groupId,
          Errors.INCONSISTENT_GROUP_PROTOCOL);
    }
    if (request.protocolType().length() > longest || join.protocols().stream().anyMatch(p -> p.name().length() > longest)) {
      throw refused("a protocol name that is too long", "margay.groups.id.max.length", groupId,
          Errors.INCONSISTENT_GROUP_PROTOCOL);
    }
    long metadata = join.protocols().stream().mapToLong(p -> p.metadata().length).sum();
    if (metadata > config.memberMetadataMaxBytes()) {
      throw refused("member metadata that is too large", "margay.groups.member.metadata.max.bytes", groupId,
          Errors.MESSAGE_TOO_LARGE);
    }
  }

  /** @throws CoordinatorException GROUP_MAX_SIZE_REACHED when there is no memory for the member */
  void requireMemory(ClassicGroup group, boolean known, JoinOperations.Join join) {
    JoinGroupRequest request = join.request();
    long cost = ClassicMember.costOf(request.memberId(), request.groupInstanceId(), shortened(join.clientId()),
        join.clientHost(), join.protocols());
    ClassicMember member = group.member(request.memberId());
    long more = cost + MEMBER_ID_SUFFIX - (member == null ? 0 : member.bytes()) + (known ? 0 : Group.costOf(group.id()));
    if (!groups.memory().admits(more, known ? ShardMemory.Use.MEMBERS : ShardMemory.Use.NEW_MEMBERS)) {
      throw refused("members for want of memory", "margay.groups.memory.bytes", group.id(), Errors.GROUP_MAX_SIZE_REACHED);
    }
  }

  /**
   * @param clientId what a client calls itself
   * @return the part that is kept; it is only shown to people
   */
  public String shortened(String clientId) {
    return clientId.length() <= config.idMaxLength() ? clientId : clientId.substring(0, config.idMaxLength());
  }

  private CoordinatorException refused(String what, String setting, String groupId, Errors error) {
    groups.memory().node().refused(what, setting, groupId);
    return new CoordinatorException(error);
  }
}
