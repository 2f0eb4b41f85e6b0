package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.consumer.HeartbeatOperations;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.ConsumerGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.UUID;

/** A client that follows the consumer protocol: it takes over what it is given, after it has given back what it has to. */
final class TestConsumer {
  /** A partition by the id of its topic. */
  record Tp(UUID topic, int partition) implements Comparable<Tp> {
    @Override
    public int compareTo(Tp other) {
      return topic.equals(other.topic) ? Integer.compare(partition, other.partition) : topic.compareTo(other.topic);
    }
  }

  private final GroupsFixture f;
  final String id;
  String instance;
  List<String> topics;
  String pattern;
  /** Which topics it may know of. */
  Predicate<String> sees = topic -> true;
  String assignor;
  int epoch;
  Errors error = Errors.NONE;
  ConsumerGroupHeartbeatResponse last;
  /** What it consumes. */
  Set<Tp> owned = new TreeSet<>();
  /** What it was told to consume. */
  Set<Tp> assigned = new TreeSet<>();
  /** Whether it is to say what it owns at the next heartbeat. */
  private boolean changed;
  /** Whether it is to say everything at the next heartbeat, because nothing is known of the last one. */
  private boolean full;

  TestConsumer(GroupsFixture f, String id, String... topics) {
    this.f = f;
    this.id = id;
    this.topics = List.of(topics);
  }

  ConsumerGroupHeartbeatRequest request() {
    ConsumerGroupHeartbeatRequest r = new ConsumerGroupHeartbeatRequest().setGroupId(GroupsFixture.GROUP).setMemberId(id)
        .setMemberEpoch(epoch).setInstanceId(instance);
    if (epoch == 0) {
      r.setRebalanceTimeoutMs(GroupsFixture.REBALANCE).setSubscribedTopicNames(new ArrayList<>(topics)).setSubscribedTopicRegex(pattern)
          .setServerAssignor(assignor).setTopicPartitions(new ArrayList<>());
    } else if (full) {
      r.setRebalanceTimeoutMs(GroupsFixture.REBALANCE).setSubscribedTopicNames(new ArrayList<>(topics)).setServerAssignor(assignor)
          .setTopicPartitions(list(owned));
    } else if (changed) {
      r.setTopicPartitions(list(owned));
    }
    return r;
  }

  static List<ConsumerGroupHeartbeatRequest.TopicPartitions> list(Set<Tp> partitions) {
    List<ConsumerGroupHeartbeatRequest.TopicPartitions> result = new ArrayList<>();
    for (Tp tp : partitions) {
      result.add(new ConsumerGroupHeartbeatRequest.TopicPartitions().setTopicId(tp.topic).setPartitions(List.of(tp.partition)));
    }
    return result;
  }

  private HeartbeatOperations.Sender sender() {
    return new HeartbeatOperations.Sender("client", "/127.0.0.1", true, sees);
  }

  /** Sends a request, and does at once what the answer asks for. */
  TestConsumer send(ConsumerGroupHeartbeatRequest request) {
    last = f.groups.consumerHeartbeat(request, sender(), 1).exceptionally(e -> new ConsumerGroupHeartbeatResponse()
        .setErrorCode(CoordinatorException.errorOf(e).code())).join();
    error = Errors.forCode(last.errorCode());
    if (error == Errors.NONE) {
      epoch = last.memberEpoch();
      changed = false;
      full = false;
      if (last.assignment() != null) {
        assigned = new TreeSet<>();
        last.assignment().topicPartitions().forEach(t -> t.partitions().forEach(p -> assigned.add(new Tp(t.topicId(), p))));
      }
    } else if (error == Errors.FENCED_MEMBER_EPOCH || error == Errors.UNKNOWN_MEMBER_ID) {
      lose();
    } else {
      full = true;
    }
    return this;
  }

  /** Sends a request whose answer is lost, so that the next one says everything again. */
  void sendInVain(ConsumerGroupHeartbeatRequest request) {
    f.groups.consumerHeartbeat(request, sender(), 1).handle((r, e) -> r).join();
    full = true;
  }

  /** It knows that it is no member. */
  void lose() {
    epoch = 0;
    owned = new TreeSet<>();
    assigned = new TreeSet<>();
    changed = false;
  }

  /** Gives back what it is not to have any more, then takes the rest. */
  boolean reconcile() {
    if (owned.equals(assigned)) {
      return false;
    }
    changed = true;
    if (!assigned.containsAll(owned)) {
      owned.retainAll(assigned);
    } else {
      owned = new TreeSet<>(assigned);
    }
    return true;
  }

  /** One heartbeat, and what follows from it. */
  TestConsumer beat() {
    send(request());
    while (reconcile()) {
      // until it owns what it was given
    }
    return this;
  }

  TestConsumer leave(int how) {
    send(new ConsumerGroupHeartbeatRequest().setGroupId(GroupsFixture.GROUP).setMemberId(id).setInstanceId(instance).setMemberEpoch(how));
    lose();
    return this;
  }

  TestConsumer subscribe(String... names) {
    topics = List.of(names);
    if (epoch > 0) {
      send(request().setSubscribedTopicNames(new ArrayList<>(topics)));
    }
    return this;
  }

  Set<Integer> partitions() {
    Set<Integer> result = new TreeSet<>();
    owned.forEach(tp -> result.add(tp.partition));
    return result;
  }
}
