package io.margay.groups.internal.streams;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.MemberLimits;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.ShardMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import io.margay.spi.assignor.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** StreamsGroupHeartbeat: joining, staying and leaving. Errors are thrown as {@link CoordinatorException}. */
public final class StreamsHeartbeats {
  /**
   * Who sends a heartbeat.
   *
   * @param id what the client calls itself
   * @param host where it comes from, with a leading slash
   * @param version of the request
   */
  public record Sender(String id, String host, short version) { }

  /**
   * What follows from a heartbeat.
   *
   * @param response for the member
   * @param missing internal topics that are to be created, if the member may do so
   */
  public record Answer(StreamsGroupHeartbeatResponse response, List<Topology.Internal> missing) { }

  private final GroupTable groups;
  private final StreamsConfig config;
  private final StreamsMembership membership;
  private final StreamsAnswers answers;
  private final MemberLimits limits;

  StreamsHeartbeats(GroupTable groups, StreamsConfig config, StreamsMembership membership, StreamsAnswers answers) {
    this.groups = groups;
    this.config = config;
    this.membership = membership;
    this.answers = answers;
    this.limits = new MemberLimits(groups);
  }

  /**
   * @param request the request
   * @param sender who sends it
   * @param nowMs milliseconds since the epoch
   * @return what is to be written, and the answer
   */
  public Result<Answer> heartbeat(StreamsGroupHeartbeatRequest request, Sender sender, long nowMs) {
    StreamsRequests.requireValid(request);
    return request.memberEpoch() < 0 ? leave(request, nowMs) : stay(request, sender, nowMs);
  }

  // ------------------------------------------------------------------------------------------------ joining and staying

  private Result<Answer> stay(StreamsGroupHeartbeatRequest request, Sender sender, long nowMs) {
    limits.requireLengths(config.idMaxLength(), request.groupId(), request.memberId(), request.instanceId(), request.rackId(),
        request.processId());
    List<CoordinatorRecord> records = new ArrayList<>();
    StreamsDraft draft = new StreamsDraft(group(request, records, nowMs), records);
    TaskSets owned = StreamsRequests.owned(request);
    StreamsMember before = memberOf(draft, request, owned);
    boolean joins = before == null;
    StreamsMember.Said said = StreamsRequests.said(request, client(request, sender, joins ? StreamsMember.Said.UNKNOWN : before.said()),
        joins ? StreamsMember.Said.UNKNOWN : before.said());
    boolean newTopology = maybeUpdateTopology(draft, request);
    requireRoom(draft, before, request.memberId(), said, newTopology);
    StreamsMember member = joins ? new StreamsMember(request.memberId(), said, CurrentTasks.NEW) : before.with(said).with(kept(before, said));
    if (member != draft.member(member.id())) {
      draft.put(member);
    }
    boolean caughtUp = takeProgress(draft, request, member);
    Plan plan = membership.settle(draft, joins || newTopology || caughtUp || !said.assignedAs(before.said()), nowMs);
    StreamsRequests.requireTasks(owned, member.current(), plan);
    StreamsMember after = membership.reconcile(draft, member, owned, plan);
    membership.touch(request.groupId(), after);
    SoftState soft = draft.group().soft();
    if (request.shutdownApplication()) {
      soft.shutDown(after.id());
    }
    if (joins || !after.current().assigned().sameAs(before.current().assigned()) || !Objects.equals(said.endpoint(), before.said().endpoint())) {
      soft.endpointsChanged();
    }
    boolean moved = joins || !before.current().assigned().sameAs(after.current().assigned());
    Result<Answer> result = Result.of(draft.records(), answers.of(request, sender.version(), draft, after, plan, moved, nowMs));
    return draft.group().member(after.id()) != null ? result : result.followedBy(error -> forgetUnlessMember(draft.group(), after.id()));
  }

  /** What a member said that could not be written is not kept. */
  private static void forgetUnlessMember(StreamsGroup group, String memberId) {
    if (group.member(memberId) == null) {
      group.soft().forget(memberId, group.isEmpty());
    }
  }

  private StreamsGroup group(StreamsGroupHeartbeatRequest request, List<CoordinatorRecord> records, long nowMs) {
    Group known = groups.get(request.groupId());
    if (known instanceof StreamsGroup group) {
      return group;
    }
    if (request.memberEpoch() != CurrentTasks.JOIN) {
      // not GROUP_ID_NOT_FOUND, at which clients give up: they join again
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    if (known instanceof ClassicGroup && known.mayBeForgotten()) {
      if (known.hasRecord()) {
        records.addAll(known.tombstones());
      }
    } else if (known != null) {
      throw new CoordinatorException(Errors.GROUP_ID_NOT_FOUND, "Group " + request.groupId() + " is not a streams group.");
    }
    return new StreamsGroup(request.groupId(), nowMs);
  }

  /** The member that a request is of; null when it is new. */
  private static StreamsMember memberOf(StreamsDraft draft, StreamsGroupHeartbeatRequest request, TaskSets owned) {
    boolean joins = request.memberEpoch() == CurrentTasks.JOIN;
    StreamsMember member = draft.member(request.memberId());
    if (request.instanceId() != null) {
      StreamsMember holder = draft.staticMember(request.instanceId());
      if (holder == null && !joins) {
        throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
      }
      if (holder != null && !holder.id().equals(request.memberId())) {
        return replace(draft, holder, request.memberId(), joins);
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
      TaskSets kept = member.epoch() == CurrentTasks.AWAY ? member.current().assigned() : TaskSets.NONE;
      StreamsMember again = member.with(new CurrentTasks(0, 0, MemberState.STABLE, kept, TaskSets.NONE));
      draft.put(again);
      return again;
    }
    requireEpoch(member, request.memberEpoch(), owned);
    return member;
  }

  /** A static member that comes back in another process has no state there, so it begins without tasks. */
  private static CurrentTasks kept(StreamsMember before, StreamsMember.Said said) {
    return before.said().process().equals(said.process()) ? before.current()
        : new CurrentTasks(before.epoch(), before.current().previousEpoch(), MemberState.STABLE, TaskSets.NONE, TaskSets.NONE);
  }

  /** A static member comes back under another id: it takes its old place without a rebalance. */
  private static StreamsMember replace(StreamsDraft draft, StreamsMember holder, String memberId, boolean joins) {
    if (!joins) {
      throw new CoordinatorException(Errors.FENCED_INSTANCE_ID);
    }
    if (holder.epoch() != CurrentTasks.AWAY) {
      throw new CoordinatorException(Errors.UNRELEASED_INSTANCE_ID);
    }
    return draft.replace(holder, memberId);
  }

  private static void requireEpoch(StreamsMember member, int epoch, TaskSets owned) {
    if (epoch == member.epoch()) {
      return;
    }
    // its last answer was lost, and it has nothing that it may not have
    boolean late = epoch == member.current().previousEpoch() && epoch < member.epoch() && owned != null
        && owned.minus(member.current().assigned()).isEmpty();
    if (!late) {
      throw new CoordinatorException(Errors.FENCED_MEMBER_EPOCH, "The streams group member has a " + (epoch > member.epoch() ? "greater"
          : "smaller") + " member epoch (" + epoch + ") than the one known by the group coordinator (" + member.epoch()
          + "). The member must abandon all its tasks and rejoin.");
    }
  }

  private StreamsMember.Client client(StreamsGroupHeartbeatRequest r, Sender sender, StreamsMember.Said before) {
    return new StreamsMember.Client(MemberLimits.shortened(sender.id(), config.idMaxLength()), sender.host(),
        r.instanceId() == null ? before.client().instanceId() : r.instanceId(), r.rackId() == null ? before.client().rackId() : r.rackId());
  }

  /** The topology of the first member counts, and later that of the highest epoch. */
  private boolean maybeUpdateTopology(StreamsDraft draft, StreamsGroupHeartbeatRequest request) {
    if (request.topology() == null) {
      return false;
    }
    Topology said = StreamsRequests.topology(request.topology());
    Topology known = draft.topology();
    if (said.equals(known) || known != null && said.epoch() < known.epoch()) {
      return false;
    }
    boolean alone = draft.members().stream().allMatch(m -> m.id().equals(request.memberId()));
    if (known != null && !alone && said.epoch() == known.epoch()) {
      throw new CoordinatorException(Errors.INVALID_REQUEST, "Topology updates are not supported yet. An application that changes its topology "
          + "raises the epoch of it.");
    }
    if (said.bytes() > config.topologyMaxBytes()) {
      throw limits.refused("a topology that is too large", "margay.groups.streams.topology.max.bytes", request.groupId(),
          Errors.STREAMS_INVALID_TOPOLOGY);
    }
    limits.requireMemory(request.groupId(), said.bytes() - (known == null ? 0 : known.bytes()));
    draft.putTopology(said);
    return true;
  }

  private void requireRoom(StreamsDraft draft, StreamsMember before, String memberId, StreamsMember.Said said, boolean newTopology) {
    String groupId = draft.group().id();
    if (before == null && draft.members().size() >= config.maxSize()) {
      throw limits.refused("a member of a group that is full", "group.streams.max.size", groupId, Errors.GROUP_MAX_SIZE_REACHED);
    }
    if (before == null || !before.said().equals(said)) {
      limits.requireMetadata(groupId, said.bytes(), config.memberMetadataMaxBytes());
      limits.requireMemory(groupId, StreamsMember.costOf(memberId, said) + (newTopology ? draft.topology().bytes() : 0)
          - (before == null ? 0 : StreamsMember.costOf(memberId, before.said())));
    }
  }

  /** Takes what a member says of its states; whether a warm-up task has caught up by that, so that it can move. */
  private boolean takeProgress(StreamsDraft draft, StreamsGroupHeartbeatRequest request, StreamsMember member) {
    SoftState soft = draft.group().soft();
    Map<TaskId, SoftState.Progress> before = soft.progress(member.id());
    Map<TaskId, SoftState.Progress> now = StreamsRequests.progress(request, draft.topology(), membership.plan(draft), before);
    if (now == null) {
      return false;
    }
    soft.progress(member.id(), now, more -> groups.memory().admits(more, ShardMemory.Use.MEMBERS));
    // where there was no room for it the task cannot be known to have caught up, and would seem so at each heartbeat
    Map<TaskId, SoftState.Progress> kept = soft.progress(member.id());
    long acceptable = config.assigning(request.groupId()).acceptableRecoveryLag();
    boolean[] caughtUp = {false};
    member.current().assigned().warmup().forEachKey((id, numbers, epochs) -> {
      for (int n : numbers) {
        SoftState.Progress p = kept.get(new TaskId(id, n));
        SoftState.Progress last = before.get(new TaskId(id, n));
        caughtUp[0] |= isCaughtUp(p, acceptable) && !isCaughtUp(last, acceptable);
      }
    });
    return caughtUp[0];
  }

  private static boolean isCaughtUp(SoftState.Progress p, long acceptable) {
    return p != null && p.end() >= 0 && p.lag() <= acceptable;
  }

  // ------------------------------------------------------------------------------------------------ leaving

  private Result<Answer> leave(StreamsGroupHeartbeatRequest request, long nowMs) {
    StreamsGroup group = membership.find(request.groupId());
    if (group == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    StreamsMember member = group.requireMember(request.memberId(), request.instanceId());
    if (request.shutdownApplication()) {
      group.soft().shutDown(member.id());
    }
    Answer answer = new Answer(new StreamsGroupHeartbeatResponse().setMemberId(member.id()).setMemberEpoch(request.memberEpoch())
        .setStatus(null), List.of());
    if (request.memberEpoch() == CurrentTasks.LEAVE) {
      return membership.depart(group, member, answer, nowMs);
    }
    if (member.instanceId() == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    // its tasks are kept for it until its session ends
    membership.leaves(group.id(), member.id());
    StreamsDraft draft = new StreamsDraft(group);
    draft.put(member.with(new CurrentTasks(CurrentTasks.AWAY, member.epoch(), MemberState.STABLE, member.current().assigned(), TaskSets.NONE)));
    return Result.of(draft.records(), answer);
  }
}
