package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.streams.StreamsHeartbeats;
import io.margay.groups.internal.streams.Topology;
import io.margay.protocol.Errors;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import io.margay.spi.assignor.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A thread of a streams application: it takes over what it is given, after it has given back what it has to. */
final class TestStreams {
  /** The tasks of one member. */
  record Held(Set<TaskId> active, Set<TaskId> standby, Set<TaskId> warmup) {
    static final Held NONE = new Held(Set.of(), Set.of(), Set.of());

    /** All of them, in any role. */
    Set<TaskId> all() {
      Set<TaskId> all = new TreeSet<>(active);
      all.addAll(standby);
      all.addAll(warmup);
      return all;
    }
  }

  private final GroupsFixture f;
  final String id;
  String process;
  String instance;
  String endpoint;
  String host = "/127.0.0.1";
  StreamsGroupHeartbeatRequest.Topology topology = wordCount(0);
  short version = 1;
  int epoch;
  int endpointEpoch = -1;
  boolean shutdown;
  Errors error = Errors.NONE;
  String why;
  StreamsGroupHeartbeatResponse last;
  List<Topology.Internal> missing = List.of();
  Held owned = Held.NONE;
  Held assigned = Held.NONE;
  private boolean changed;
  private boolean full;

  TestStreams(GroupsFixture f, String id) {
    this.f = f;
    this.id = id;
    this.process = "process-" + id;
  }

  // ------------------------------------------------------------------------------------------------ topologies

  static StreamsGroupHeartbeatRequest.TopicInfo info(String name) {
    return new StreamsGroupHeartbeatRequest.TopicInfo().setName(name);
  }

  /** Reads t, writes a topic between parts that the second part reads, whose state has a changelog. */
  static StreamsGroupHeartbeatRequest.Topology wordCount(int epoch) {
    StreamsGroupHeartbeatRequest.Subtopology first = new StreamsGroupHeartbeatRequest.Subtopology().setSubtopologyId("0")
        .setSourceTopics(new ArrayList<>(List.of("t"))).setRepartitionSinkTopics(new ArrayList<>(List.of("app-words")));
    StreamsGroupHeartbeatRequest.Subtopology second = new StreamsGroupHeartbeatRequest.Subtopology().setSubtopologyId("1")
        .setRepartitionSourceTopics(new ArrayList<>(List.of(info("app-words")))).setStateChangelogTopics(new ArrayList<>(List.of(info("app-counts"))));
    second.stateChangelogTopics().get(0).topicConfigs().add(
        new StreamsGroupHeartbeatRequest.KeyValue().setKey("cleanup.policy").setValue("compact"));
    return new StreamsGroupHeartbeatRequest.Topology().setEpoch(epoch).setSubtopologies(new ArrayList<>(List.of(first, second)));
  }

  // ------------------------------------------------------------------------------------------------ heartbeats

  StreamsGroupHeartbeatRequest request() {
    StreamsGroupHeartbeatRequest r = new StreamsGroupHeartbeatRequest().setGroupId(GroupsFixture.GROUP).setMemberId(id).setMemberEpoch(epoch)
        .setInstanceId(instance).setEndpointInformationEpoch(endpointEpoch).setShutdownApplication(shutdown);
    if (epoch == 0 || full) {
      r.setRebalanceTimeoutMs(GroupsFixture.REBALANCE).setProcessId(process);
      if (endpoint != null) {
        r.setUserEndpoint(new StreamsGroupHeartbeatRequest.Endpoint().setHost(endpoint).setPort(7000));
      }
    }
    if (epoch == 0) {
      r.setTopology(topology);
    }
    if (epoch == 0 || full || changed) {
      Held says = epoch == 0 ? Held.NONE : owned;
      r.setActiveTasks(list(says.active)).setStandbyTasks(list(says.standby)).setWarmupTasks(list(says.warmup));
    }
    return r;
  }

  /** A heartbeat that says all again, as after an answer that was lost. */
  StreamsGroupHeartbeatRequest everything() {
    full = true;
    return request();
  }

  static List<StreamsGroupHeartbeatRequest.TaskIds> list(Set<TaskId> tasks) {
    TreeMap<String, List<Integer>> byPart = new TreeMap<>();
    new TreeSet<>(tasks).forEach(t -> byPart.computeIfAbsent(t.subtopology(), s -> new ArrayList<>()).add(t.partition()));
    List<StreamsGroupHeartbeatRequest.TaskIds> result = new ArrayList<>();
    byPart.forEach((part, numbers) -> result.add(new StreamsGroupHeartbeatRequest.TaskIds().setSubtopologyId(part).setPartitions(numbers)));
    return result;
  }

  private static Set<TaskId> set(List<StreamsGroupHeartbeatResponse.TaskIds> list) {
    Set<TaskId> result = new TreeSet<>();
    list.forEach(t -> t.partitions().forEach(p -> result.add(new TaskId(t.subtopologyId(), p))));
    return result;
  }

  private StreamsHeartbeats.Answer ask(StreamsGroupHeartbeatRequest request) {
    return f.groups.streams().heartbeat(request, new StreamsHeartbeats.Sender("client", host, version), 1).exceptionally(e -> {
      why = e.getMessage();
      return new StreamsHeartbeats.Answer(new StreamsGroupHeartbeatResponse().setErrorCode(CoordinatorException.errorOf(e).code())
          .setErrorMessage(e.getMessage()), List.of());
    }).join();
  }

  TestStreams send(StreamsGroupHeartbeatRequest request) {
    StreamsHeartbeats.Answer answer = ask(request);
    last = answer.response();
    missing = answer.missing();
    error = Errors.forCode(last.errorCode());
    if (error == Errors.NONE) {
      epoch = last.memberEpoch();
      endpointEpoch = last.endpointInformationEpoch();
      changed = false;
      full = false;
      if (last.activeTasks() != null) {
        assigned = new Held(set(last.activeTasks()), set(last.standbyTasks()), set(last.warmupTasks()));
      }
    } else if (error == Errors.FENCED_MEMBER_EPOCH || error == Errors.UNKNOWN_MEMBER_ID) {
      lose();
    } else {
      full = true;
    }
    return this;
  }

  /** Sends a request whose answer is lost, so that the next one says everything again. */
  void sendInVain(StreamsGroupHeartbeatRequest request) {
    ask(request);
    full = true;
  }

  /** It knows that it is no member. */
  void lose() {
    epoch = 0;
    owned = Held.NONE;
    assigned = Held.NONE;
    changed = false;
  }

  private static Set<TaskId> both(Set<TaskId> a, Set<TaskId> b) {
    Set<TaskId> result = new TreeSet<>(a);
    result.retainAll(b);
    return result;
  }

  /** Gives back what it is not to have any more, then takes the rest. */
  boolean reconcile() {
    if (owned.equals(assigned)) {
      return false;
    }
    changed = true;
    boolean gives = !assigned.active.containsAll(owned.active) || !assigned.standby.containsAll(owned.standby)
        || !assigned.warmup.containsAll(owned.warmup);
    owned = gives ? new Held(both(owned.active, assigned.active), both(owned.standby, assigned.standby), both(owned.warmup, assigned.warmup))
        : assigned;
    return true;
  }

  /** One heartbeat, and what follows from it. */
  TestStreams beat() {
    send(request());
    while (reconcile()) {
      // until it has what it was given
    }
    return this;
  }

  TestStreams leave(int how) {
    send(new StreamsGroupHeartbeatRequest().setGroupId(GroupsFixture.GROUP).setMemberId(id).setInstanceId(instance).setMemberEpoch(how));
    lose();
    return this;
  }

  /** Codes of the last answer. */
  List<Integer> statuses() {
    return last.status() == null ? List.of() : last.status().stream().map(s -> (int) s.statusCode()).toList();
  }
}
