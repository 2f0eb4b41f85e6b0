package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Sessions;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.ConsumerGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;

/** ConsumerGroupHeartbeat: joining, staying and leaving. Errors are thrown as {@link CoordinatorException}. */
public final class HeartbeatOperations {
  /**
   * Who sends a heartbeat.
   *
   * @param id what the client calls itself
   * @param host where it comes from, with a leading slash
   * @param ownId whether the client makes its own member id (v1 and later)
   * @param sees which topics it may know of
   */
  public record Sender(String id, String host, boolean ownId, Predicate<String> sees) { }

  private final GroupTable groups;
  private final ConsumerConfig config;
  private final Membership membership;
  private final Sessions sessions;
  private final PatternOperations patterns;
  private final Upgrade upgrade;
  private final HeartbeatLimits limits;

  HeartbeatOperations(GroupTable groups, ConsumerConfig config, Membership membership, Sessions sessions, PatternOperations patterns,
      Upgrade upgrade, HeartbeatLimits limits) {
    this.groups = groups;
    this.config = config;
    this.membership = membership;
    this.sessions = sessions;
    this.patterns = patterns;
    this.upgrade = upgrade;
    this.limits = limits;
  }

  /** Turns a classic group into a consumer group. */
  @FunctionalInterface
  interface Upgrade {
    /**
     * @param group a group of another kind
     * @param records takes the records of the change
     * @return the same members as a consumer group
     * @throws CoordinatorException when it must stay as it is
     */
    ConsumerGroup upgrade(Group group, List<CoordinatorRecord> records, long nowMs);
  }

  /**
   * @param request the request
   * @param sender who sends it
   * @param nowMs milliseconds since the epoch
   * @return what is to be written, and the answer
   */
  public Result<ConsumerGroupHeartbeatResponse> heartbeat(ConsumerGroupHeartbeatRequest request, Sender sender, long nowMs) {
    HeartbeatLimits.requireValid(request, sender.ownId());
    return request.memberEpoch() < 0 ? leave(request, nowMs) : stay(request, sender, nowMs);
  }

  // ------------------------------------------------------------------------------------------------ joining and staying

  private Result<ConsumerGroupHeartbeatResponse> stay(ConsumerGroupHeartbeatRequest request, Sender sender, long nowMs) {
    limits.requireSizes(request);
    List<CoordinatorRecord> records = new ArrayList<>();
    Draft draft = new Draft(group(request, records, nowMs), records);
    String memberId = request.memberId().isEmpty() ? KafkaUuid.toString(KafkaUuid.random()) : request.memberId();
    Partitions owned = owned(request);
    ConsumerMember before = memberOf(draft, request, memberId, owned);
    boolean joins = before == null;
    MemberMetadata said = metadata(request, sender, joins ? MemberMetadata.UNKNOWN : before.metadata());
    limits.requireRoom(draft, before, memberId, said);
    patterns.require(draft, before == null ? "" : before.metadata().pattern(), said.pattern());
    ConsumerMember member = joins ? new ConsumerMember(memberId, said, CurrentAssignment.NEW) : before.with(said);
    if (member != draft.member(memberId)) {
      draft.put(member);
    }
    membership.settle(draft, joins || changes(before.metadata(), said), nowMs);
    ConsumerMember after = membership.reconcile(draft, member, owned);
    membership.touch(request.groupId(), after);
    membership.awaitRevocation(request.groupId(), after);
    patterns.maybeResolve(draft, sender.sees(), nowMs);
    return Result.of(draft.records(), answer(request, draft, member, after, nowMs));
  }

  private ConsumerGroup group(ConsumerGroupHeartbeatRequest request, List<CoordinatorRecord> records, long nowMs) {
    Group known = groups.get(request.groupId());
    if (known instanceof ConsumerGroup group) {
      return group;
    }
    if (request.memberEpoch() != CurrentAssignment.JOIN) {
      // not GROUP_ID_NOT_FOUND, at which clients give up: they join again
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    return known == null ? new ConsumerGroup(request.groupId(), nowMs) : upgrade.upgrade(known, records, nowMs);
  }

  /** The member that a request is of; null when it is new. */
  private static ConsumerMember memberOf(Draft draft, ConsumerGroupHeartbeatRequest request, String memberId, Partitions owned) {
    boolean joins = request.memberEpoch() == CurrentAssignment.JOIN;
    ConsumerMember member = draft.member(memberId);
    if (request.instanceId() != null) {
      ConsumerMember holder = draft.staticMember(request.instanceId());
      if (holder == null && !joins) {
        throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
      }
      if (holder != null && !holder.id().equals(memberId)) {
        return replace(draft, holder, memberId, joins);
      }
    }
    if (member == null) {
      if (!joins) {
        throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
      }
      return null;
    }
    if (joins) {
      // it starts again and owns nothing; what it had as a static member is kept for it
      Partitions kept = member.epoch() == CurrentAssignment.AWAY ? member.current().assigned() : Partitions.NONE;
      ConsumerMember again = member.with(new CurrentAssignment(0, 0, MemberState.STABLE, kept, Partitions.NONE));
      draft.put(again);
      return again;
    }
    requireEpoch(member, request.memberEpoch(), owned);
    return member;
  }

  /** A static member comes back under another id: it takes its old place without a rebalance. */
  private static ConsumerMember replace(Draft draft, ConsumerMember holder, String memberId, boolean joins) {
    if (!joins) {
      throw new CoordinatorException(Errors.FENCED_INSTANCE_ID);
    }
    if (holder.epoch() != CurrentAssignment.AWAY) {
      throw new CoordinatorException(Errors.UNRELEASED_INSTANCE_ID);
    }
    return draft.replace(holder, memberId);
  }

  private static void requireEpoch(ConsumerMember member, int epoch, Partitions owned) {
    if (epoch == member.epoch()) {
      return;
    }
    // its last answer was lost, and it has nothing that it may not have
    boolean late = epoch == member.current().previousEpoch() && epoch < member.epoch() && owned != null
        && owned.minus(member.current().assigned()).isEmpty();
    if (!late) {
      throw new CoordinatorException(Errors.FENCED_MEMBER_EPOCH);
    }
  }

  private MemberMetadata metadata(ConsumerGroupHeartbeatRequest r, Sender sender, MemberMetadata before) {
    MemberMetadata.Client client = new MemberMetadata.Client(limits.shortened(sender.id()), sender.host(),
        r.instanceId() == null ? before.client().instanceId() : r.instanceId(), r.rackId() == null ? before.client().rackId() : r.rackId());
    return new MemberMetadata(client, r.subscribedTopicNames() == null ? before.topics() : new HashSet<>(r.subscribedTopicNames()),
        r.subscribedTopicRegex() == null ? before.pattern() : r.subscribedTopicRegex(),
        r.rebalanceTimeoutMs() < 0 ? before.rebalanceTimeoutMs() : r.rebalanceTimeoutMs(),
        r.serverAssignor() == null ? before.assignor() : r.serverAssignor(), null);
  }

  private static boolean changes(MemberMetadata a, MemberMetadata b) {
    return !a.topics().equals(b.topics()) || !a.pattern().equals(b.pattern()) || !java.util.Objects.equals(a.assignor(), b.assignor())
        || !java.util.Objects.equals(a.client().rackId(), b.client().rackId())
        || !java.util.Objects.equals(a.client().instanceId(), b.client().instanceId());
  }

  private static Partitions owned(ConsumerGroupHeartbeatRequest request) {
    if (request.topicPartitions() == null) {
      return null;
    }
    Partitions.Builder owned = new Partitions.Builder();
    request.topicPartitions().forEach(t -> t.partitions().forEach(p -> owned.add(t.topicId(), p, Partitions.NO_EPOCH)));
    return owned.build();
  }

  // ------------------------------------------------------------------------------------------------ answering

  private ConsumerGroupHeartbeatResponse answer(ConsumerGroupHeartbeatRequest request, Draft draft, ConsumerMember before,
      ConsumerMember after, long nowMs) {
    int interval = config.heartbeatIntervalMs(request.groupId());
    String pattern = after.metadata().pattern();
    if (!Membership.settled(draft, after) || !pattern.isEmpty() && draft.pattern(pattern) == null
        || isMoving(draft.group(), interval, nowMs)) {
      // it waits for others, or for its topics: it is to hear soon that they are there. Of a large group not all at once
      interval = Math.min(interval, Math.max(config.rebalanceHeartbeatIntervalMs(), draft.group().members().size()));
    }
    ConsumerGroupHeartbeatResponse response = new ConsumerGroupHeartbeatResponse().setMemberId(after.id()).setMemberEpoch(after.epoch())
        .setHeartbeatIntervalMs(interval);
    boolean whole = request.memberEpoch() == CurrentAssignment.JOIN || request.topicPartitions() != null
        && request.rebalanceTimeoutMs() >= 0 && (request.subscribedTopicNames() != null || request.subscribedTopicRegex() != null);
    if (whole || !before.current().assigned().sameAs(after.current().assigned())) {
      response.setAssignment(assignment(after.current().assigned()));
    }
    return response;
  }

  /** Whether members have perhaps not heard of the last assignment yet, so that another change may follow. */
  private static boolean isMoving(ConsumerGroup group, int intervalMs, long nowMs) {
    long sinceMs = nowMs - group.assignedAtMs();
    return group.members().size() > 1 && sinceMs >= 0 && sinceMs < intervalMs;
  }

  private static ConsumerGroupHeartbeatResponse.Assignment assignment(Partitions assigned) {
    ConsumerGroupHeartbeatResponse.Assignment result = new ConsumerGroupHeartbeatResponse.Assignment();
    assigned.forEachTopic((topic, numbers, epochs) -> result.topicPartitions().add(
        new ConsumerGroupHeartbeatResponse.TopicPartitions().setTopicId(topic).setPartitions(ConsumerRecords.list(numbers))));
    return result;
  }

  // ------------------------------------------------------------------------------------------------ leaving

  private Result<ConsumerGroupHeartbeatResponse> leave(ConsumerGroupHeartbeatRequest request, long nowMs) {
    ConsumerGroup group = membership.find(request.groupId());
    if (group == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    ConsumerMember member = group.requireMember(request.memberId(), request.instanceId());
    ConsumerGroupHeartbeatResponse response =
        new ConsumerGroupHeartbeatResponse().setMemberId(member.id()).setMemberEpoch(request.memberEpoch());
    Draft draft = new Draft(group, new ArrayList<>());
    if (request.memberEpoch() == CurrentAssignment.LEAVE) {
      return membership.depart(draft, List.of(member), response, nowMs);
    }
    if (member.instanceId() == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    // its partitions are kept for it until its session ends
    sessions.arrived(group.id(), member.id());
    draft.put(member.with(new CurrentAssignment(CurrentAssignment.AWAY, member.epoch(), MemberState.STABLE, member.current().assigned(),
        Partitions.NONE)));
    return Result.of(draft.records(), response);
  }
}
