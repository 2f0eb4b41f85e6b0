package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Messages;
import io.margay.protocol.message.ConsumerGroupDescribeRequest;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;
import io.margay.protocol.message.ConsumerProtocolAssignment;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.DescribeShareGroupOffsetsRequest;
import io.margay.protocol.message.DescribeShareGroupOffsetsResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.ShareGroupDescribeRequest;
import io.margay.protocol.message.ShareGroupDescribeResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Asks for groups and their members. */
final class Groups {
  /** A member, the same for all kinds of groups. {@code more} is what only the consumer protocol has, else null. */
  record Member(String id, String instanceId, String clientId, String host, List<TopicPartition> assignment, Modern more) {
    Member(String id, String instanceId, String clientId, String host, List<TopicPartition> assignment) {
      this(id, instanceId, clientId, host, assignment, null);
    }
  }

  /**
   * What a member of a consumer group has beside its assignment.
   *
   * @param protocol classic or consumer
   * @param epoch its member epoch
   * @param topics what it subscribes to by name
   * @param regex what it subscribes to by regular expression, or null
   * @param target what it is to have
   */
  record Modern(String protocol, int epoch, List<String> topics, String regex, List<TopicPartition> target) { }

  /** A group. {@code assignmentEpoch} is null where there is none. */
  record Description(String group, String type, String state, String assignor, Integer epoch, Integer assignmentEpoch,
      List<Member> members) {
    Description(String group, String type, String state, String assignor, Integer epoch, List<Member> members) {
      this(group, type, state, assignor, epoch, null, members);
    }
  }

  private static final byte CLASSIC_MEMBER = 0;

  private final Requests requests;
  private final Coordinators coordinators;
  private final StreamsGroups streams;

  Groups(Requests requests) {
    this.requests = requests;
    this.coordinators = new Coordinators(requests);
    this.streams = new StreamsGroups(requests);
  }

  /**
   * The groups of the brokers that can be asked.
   *
   * @param groups of those that answered
   * @param unanswered why others did not, by broker
   */
  record Listing(List<ListGroupsResponse.ListedGroup> groups, Map<BrokerId, String> unanswered) {
    /** The end of a message about what is missing; empty when nothing is. */
    String missing() {
      return unanswered.isEmpty() ? "" : "; groups of broker " + unanswered.keySet().stream().map(b -> String.valueOf(b.value()))
          .collect(Collectors.joining(", ")) + " are not known: " + unanswered.values().iterator().next();
    }
  }

  Listing list() throws InterruptedException {
    Map<BrokerId, CompletableFuture<ListGroupsResponse>> asked = new TreeMap<>();
    for (BrokerId broker : requests.reachable()) {
      asked.put(broker, requests.start(broker, ListGroupsRequest.API, new ListGroupsRequest(), new ListGroupsResponse()));
    }
    List<ListGroupsResponse.ListedGroup> groups = new ArrayList<>();
    Map<BrokerId, String> unanswered = new TreeMap<>();
    for (Map.Entry<BrokerId, CompletableFuture<ListGroupsResponse>> e : asked.entrySet()) {
      try {
        ListGroupsResponse response = requests.await(ListGroupsRequest.API, e.getValue());
        Requests.check(response.errorCode(), null, "cannot list groups");
        groups.addAll(response.groups());
      } catch (ShellException failure) {
        if (asked.size() == 1) {
          throw failure;
        }
        unanswered.put(e.getKey(), failure.getMessage());
      }
    }
    return new Listing(groups, unanswered);
  }

  /** The group of this name. */
  ListGroupsResponse.ListedGroup require(String group) throws InterruptedException {
    Listing all = list();
    return all.groups().stream().filter(g -> g.groupId().equals(group)).findFirst().orElseThrow(() -> new ShellException(
        "there is no group " + group
            + Near.hint(group, all.groups().stream().map(ListGroupsResponse.ListedGroup::groupId).toList(), "group:list")
            + all.missing()));
  }

  Description describe(String group) throws InterruptedException {
    ListGroupsResponse.ListedGroup listed = require(group);
    return switch (listed.groupType().toLowerCase(Locale.ROOT)) {
      case "consumer" -> consumer(group);
      case "share" -> share(group);
      case "streams" -> streams.description(streams.describe(group));
      default -> classic(group);
    };
  }

  /** What a group has committed, and what there is. */
  Table lag(String group, Map<TopicPartition, String> owners) throws InterruptedException {
    Map<TopicPartition, Long> committed = new GroupOffsets(requests).committed(group);
    Set<TopicPartition> partitions = new TreeSet<>(committed.keySet());
    partitions.addAll(owners.keySet());
    Map<TopicPartition, Long> ends = new Offsets(requests).at(partitions, Offsets.LATEST);
    Table table = new Table("topic", "partition", "committedOffset", "endOffset", "lag", "member");
    for (TopicPartition tp : partitions) {
      Long offset = committed.get(tp);
      Long end = ends.get(tp);
      table.row(tp.topic(), tp.partition(), offset, end, offset == null || end == null ? null : Math.max(0, end - offset),
          owners.get(tp));
    }
    return table;
  }

  private Description classic(String group) throws InterruptedException {
    var request = new DescribeGroupsRequest().setGroups(List.of(group));
    var response = coordinators.call(group,
        broker -> requests.send(broker, DescribeGroupsRequest.API, request, new DescribeGroupsResponse()).groups().get(0),
        g -> g.errorCode());
    Requests.check(response.errorCode(), response.errorMessage(), "cannot describe group " + group);
    List<Member> members = new ArrayList<>();
    for (var m : response.members()) {
      members.add(new Member(m.memberId(), m.groupInstanceId(), m.clientId(), m.clientHost(),
          "consumer".equals(response.protocolType()) ? assignment(m.memberAssignment()) : List.of()));
    }
    return new Description(group, "classic", response.groupState(), response.protocolData(), null, members);
  }

  private Description consumer(String group) throws InterruptedException {
    var request = new ConsumerGroupDescribeRequest().setGroupIds(List.of(group));
    var response = coordinators.call(group,
        broker -> requests.send(broker, ConsumerGroupDescribeRequest.API, request, new ConsumerGroupDescribeResponse()).groups().get(0),
        g -> g.errorCode());
    Requests.check(response.errorCode(), response.errorMessage(), "cannot describe group " + group);
    List<Member> members = response.members().stream().map(m -> new Member(m.memberId(), m.instanceId(), m.clientId(), m.clientHost(),
        partitions(m.assignment().topicPartitions(), t -> t.topicName(), t -> t.partitions()),
        new Modern(m.memberType() == CLASSIC_MEMBER ? "classic" : "consumer", m.memberEpoch(), m.subscribedTopicNames(),
            m.subscribedTopicRegex(), partitions(m.targetAssignment().topicPartitions(), t -> t.topicName(), t -> t.partitions()))))
        .toList();
    return new Description(group, "consumer", response.groupState(), response.assignorName(), response.groupEpoch(),
        response.assignmentEpoch(), members);
  }

  private Description share(String group) throws InterruptedException {
    var request = new ShareGroupDescribeRequest().setGroupIds(List.of(group));
    var response = coordinators.call(group,
        broker -> requests.send(broker, ShareGroupDescribeRequest.API, request, new ShareGroupDescribeResponse()).groups().get(0),
        g -> g.errorCode());
    Requests.check(response.errorCode(), response.errorMessage(), "cannot describe group " + group);
    List<Member> members = response.members().stream().map(m -> new Member(m.memberId(), null, m.clientId(), m.clientHost(),
        partitions(m.assignment().topicPartitions(), t -> t.topicName(), t -> t.partitions()))).toList();
    return new Description(group, "share", response.groupState(), response.assignorName(), response.groupEpoch(), members);
  }

  /** Where a share group starts to read, and what there is. */
  Table shareOffsets(String group) throws InterruptedException {
    var request = new DescribeShareGroupOffsetsRequest();
    request.groups().add(new DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup().setGroupId(group).setTopics(null));
    var response = coordinators.call(group, broker -> requests.send(broker, DescribeShareGroupOffsetsRequest.API, request,
        new DescribeShareGroupOffsetsResponse()).groups().get(0), g -> g.errorCode());
    Requests.check(response.errorCode(), response.errorMessage(), "cannot describe the offsets of group " + group);
    Map<TopicPartition, DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponsePartition> shown = new TreeMap<>();
    response.topics().forEach(t -> t.partitions().forEach(p -> shown.put(new TopicPartition(t.topicName(), p.partitionIndex()), p)));
    Map<TopicPartition, Long> ends = new Offsets(requests).at(shown.keySet(), Offsets.LATEST);
    Table table = new Table("topic", "partition", "startOffset", "endOffset", "lag");
    shown.forEach((tp, p) -> table.row(tp.topic(), tp.partition(), p.startOffset() < 0 ? null : p.startOffset(), ends.get(tp),
        p.lag() < 0 ? null : p.lag()));
    return table;
  }

  private static <T> List<TopicPartition> partitions(List<T> topics, Function<T, String> name,
      Function<T, List<Integer>> partitions) {
    return topics.stream().flatMap(t -> partitions.apply(t).stream().map(p -> new TopicPartition(name.apply(t), p))).toList();
  }

  /** Reads an assignment that a client's assignor has written, if it has the form that consumers write. */
  private static List<TopicPartition> assignment(byte[] bytes) {
    if (bytes == null || bytes.length == 0) {
      return List.of();
    }
    try {
      return partitions(Messages.readVersioned(ConsumerProtocolAssignment::new, bytes).assignedPartitions(), t -> t.topic(),
          t -> t.partitions());
    } catch (MalformedMessageException e) {
      // a client may write any bytes; its member is shown without an assignment
      return List.of();
    }
  }

  /** Which member owns a partition. */
  static Map<TopicPartition, String> owners(Description description) {
    Map<TopicPartition, String> owners = new HashMap<>();
    description.members().forEach(m -> m.assignment().forEach(tp -> owners.put(tp, m.id())));
    return owners;
  }
}
