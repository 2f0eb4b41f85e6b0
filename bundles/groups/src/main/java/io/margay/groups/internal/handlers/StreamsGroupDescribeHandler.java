package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.StreamsGroupDescribeRequest;
import io.margay.protocol.message.StreamsGroupDescribeResponse;
import io.margay.protocol.message.StreamsGroupDescribeResponse.DescribedGroup;
import io.margay.protocol.message.StreamsGroupDescribeResponse.TopologyDescription;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Serves StreamsGroupDescribe. */
final class StreamsGroupDescribeHandler extends DescribeEachHandler<StreamsGroupDescribeRequest, DescribedGroup> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  StreamsGroupDescribeHandler(GroupCoordinatorService groups) {
    super(StreamsGroupDescribeRequest.API, StreamsGroupDescribeRequest::new);
    this.groups = groups;
  }

  @Override
  List<String> ids(StreamsGroupDescribeRequest query) {
    return query.groupIds();
  }

  @Override
  boolean wantsOperations(StreamsGroupDescribeRequest query, short version) {
    return query.includeAuthorizedOperations();
  }

  @Override
  CompletableFuture<List<DescribedGroup>> describe(StreamsGroupDescribeRequest query, Collection<String> ids, short version, AnswerMemory memory) {
    return groups.streams().describe(ids, query.includeTopologyDescription(), memory);
  }

  @Override
  DescribedGroup failed(String groupId, Errors error, String why) {
    return new DescribedGroup().setGroupId(groupId).setErrorCode(error.code()).setErrorMessage(why);
  }

  @Override
  String described(DescribedGroup group) {
    return group.errorCode() == Errors.NONE.code() ? group.groupId() : null;
  }

  @Override
  void setOperations(DescribedGroup group, int operations) {
    group.setAuthorizedOperations(operations);
  }

  @Override
  Stream<String> topics(DescribedGroup group) {
    Stream<String> read = group.topology() == null || group.topology().subtopologies() == null ? Stream.empty()
        : group.topology().subtopologies().stream().flatMap(s -> Stream.of(s.sourceTopics().stream(), s.repartitionSinkTopics().stream(),
            s.repartitionSourceTopics().stream().map(t -> t.name()), s.stateChangelogTopics().stream().map(t -> t.name())))
            .flatMap(t -> t);
    return group.topologyDescription() == null ? read : Stream.concat(read, topics(group.topologyDescription()));
  }

  /** Also those that the topology has no place for: where the application's results go, and global tables. */
  private static Stream<String> topics(TopologyDescription said) {
    return Stream.concat(said.subtopologies().stream().flatMap(s -> s.nodes().stream()),
        said.globalStores().stream().flatMap(g -> Stream.of(g.source(), g.processor())))
        .flatMap(n -> n.sinkTopic() == null ? n.sourceTopics().stream() : Stream.concat(n.sourceTopics().stream(), Stream.of(n.sinkTopic())));
  }

  @Override
  Message response(List<DescribedGroup> described) {
    return new StreamsGroupDescribeResponse().setGroups(described);
  }
}
