package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ShareGroupDescribeRequest;
import io.margay.protocol.message.ShareGroupDescribeResponse;
import io.margay.protocol.message.ShareGroupDescribeResponse.DescribedGroup;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Serves ShareGroupDescribe. */
final class ShareGroupDescribeHandler extends DescribeEachHandler<ShareGroupDescribeRequest, DescribedGroup> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  ShareGroupDescribeHandler(GroupCoordinatorService groups) {
    super(ShareGroupDescribeRequest.API, ShareGroupDescribeRequest::new);
    this.groups = groups;
  }

  @Override
  List<String> ids(ShareGroupDescribeRequest query) {
    return query.groupIds();
  }

  @Override
  boolean wantsOperations(ShareGroupDescribeRequest query, short version) {
    return query.includeAuthorizedOperations();
  }

  @Override
  CompletableFuture<List<DescribedGroup>> describe(ShareGroupDescribeRequest query, Collection<String> ids, short version, AnswerMemory memory) {
    return groups.describeShare(ids, memory);
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
    return group.members().stream().flatMap(m -> m.assignment().topicPartitions().stream()).map(t -> t.topicName());
  }

  @Override
  Message response(List<DescribedGroup> described) {
    return new ShareGroupDescribeResponse().setGroups(described);
  }
}
