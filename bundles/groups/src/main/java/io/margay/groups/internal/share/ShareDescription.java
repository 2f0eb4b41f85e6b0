package io.margay.groups.internal.share;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ShareGroupDescribeResponse;
import io.margay.protocol.message.ShareGroupDescribeResponse.DescribedGroup;
import java.util.ArrayList;

/** Shows share groups as ShareGroupDescribe does. */
final class ShareDescription {
  private final Topics topics;
  private final ShareTarget targets;

  ShareDescription(Topics topics, ShareTarget targets) {
    this.topics = topics;
    this.targets = targets;
  }

  DescribedGroup describe(String groupId, Group group, AnswerMemory memory) {
    if (!(group instanceof ShareGroup share)) {
      return new DescribedGroup().setGroupId(groupId).setErrorCode(Errors.GROUP_ID_NOT_FOUND.code()).setErrorMessage(
          group == null ? "Group " + groupId + " not found." : "Group " + groupId + " is not a share group.");
    }
    memory.take(2 * share.bytes());
    DescribedGroup result = new DescribedGroup().setGroupId(groupId).setGroupState(share.stateTitle()).setGroupEpoch(share.epoch())
        .setAssignmentEpoch(share.assignmentEpoch()).setAssignorName(targets.assignor());
    for (ShareMember m : share.members()) {
      result.members().add(new ShareGroupDescribeResponse.Member().setMemberId(m.id()).setRackId(m.client().rackId())
          .setMemberEpoch(m.epoch()).setClientId(m.client().id()).setClientHost(m.client().host())
          .setSubscribedTopicNames(new ArrayList<>(m.topics().stream().sorted().toList())).setAssignment(assignment(m.assigned())));
    }
    return result;
  }

  /** Topics that are gone are not shown: they have no name. */
  private ShareGroupDescribeResponse.Assignment assignment(Partitions partitions) {
    ShareGroupDescribeResponse.Assignment result = new ShareGroupDescribeResponse.Assignment();
    partitions.forEachTopic((id, numbers, epochs) -> {
      String name = topics.name(id);
      if (name != null) {
        result.topicPartitions().add(new ShareGroupDescribeResponse.TopicPartitions().setTopicId(id).setTopicName(name)
            .setPartitions(ShareRecords.list(numbers)));
      }
    });
    return result;
  }
}
