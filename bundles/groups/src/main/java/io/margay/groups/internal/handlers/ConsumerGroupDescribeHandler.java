package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ConsumerGroupDescribeRequest;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;
import io.margay.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Serves ConsumerGroupDescribe. */
final class ConsumerGroupDescribeHandler extends DescribeEachHandler<ConsumerGroupDescribeRequest, DescribedGroup> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  ConsumerGroupDescribeHandler(GroupCoordinatorService groups) {
    super(ConsumerGroupDescribeRequest.API, ConsumerGroupDescribeRequest::new);
    this.groups = groups;
  }

  @Override
  List<String> ids(ConsumerGroupDescribeRequest query) {
    return query.groupIds();
  }

  @Override
  boolean wantsOperations(ConsumerGroupDescribeRequest query, short version) {
    return query.includeAuthorizedOperations();
  }

  @Override
  CompletableFuture<List<DescribedGroup>> describe(ConsumerGroupDescribeRequest query, Collection<String> ids, short version, AnswerMemory memory) {
    return groups.describeConsumer(ids, memory);
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
    return group.members().stream().flatMap(m -> Stream.of(m.assignment(), m.targetAssignment()))
        .flatMap(a -> a.topicPartitions().stream()).map(t -> t.topicName());
  }

  @Override
  Message response(List<DescribedGroup> described) {
    return new ConsumerGroupDescribeResponse().setGroups(described);
  }
}
