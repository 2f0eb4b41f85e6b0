package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;
import io.margay.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import java.util.ArrayList;

/** Shows consumer groups as ConsumerGroupDescribe does. */
final class Description {
  private static final byte CLASSIC = 0;
  private static final byte CONSUMER = 1;

  private final Topics topics;
  private final TargetAssignment targets;

  Description(Topics topics, TargetAssignment targets) {
    this.topics = topics;
    this.targets = targets;
  }

  DescribedGroup describe(String groupId, Group group, AnswerMemory memory) {
    if (!(group instanceof ConsumerGroup consumer)) {
      return failed(groupId, Errors.GROUP_ID_NOT_FOUND,
          group == null ? "Group " + groupId + " not found." : "Group " + groupId + " is not a consumer group.");
    }
    memory.take(2 * consumer.bytes());
    DescribedGroup result = new DescribedGroup().setGroupId(groupId).setGroupState(consumer.stateTitle())
        .setGroupEpoch(consumer.epoch()).setAssignmentEpoch(consumer.assignmentEpoch())
        .setAssignorName(targets.assignorOf(consumer.members()));
    for (ConsumerMember m : consumer.members()) {
      MemberMetadata said = m.metadata();
      result.members().add(new ConsumerGroupDescribeResponse.Member().setMemberId(m.id()).setInstanceId(m.instanceId())
          .setRackId(said.client().rackId()).setMemberEpoch(m.epoch()).setClientId(said.client().id())
          .setClientHost(said.client().host()).setSubscribedTopicNames(new ArrayList<>(said.topics().stream().sorted().toList()))
          .setSubscribedTopicRegex(said.pattern().isEmpty() ? null : said.pattern()).setAssignment(assignment(m.current().assigned()))
          .setTargetAssignment(assignment(consumer.target(m.id()))).setMemberType(m.isClassic() ? CLASSIC : CONSUMER));
    }
    return result;
  }

  static DescribedGroup failed(String groupId, Errors error, String why) {
    return new DescribedGroup().setGroupId(groupId).setErrorCode(error.code()).setErrorMessage(why);
  }

  /** Topics that are gone are not shown: they have no name. */
  private ConsumerGroupDescribeResponse.Assignment assignment(Partitions partitions) {
    ConsumerGroupDescribeResponse.Assignment result = new ConsumerGroupDescribeResponse.Assignment();
    partitions.forEachTopic((id, numbers, epochs) -> {
      String name = topics.name(id);
      if (name != null) {
        result.topicPartitions().add(new ConsumerGroupDescribeResponse.TopicPartitions().setTopicId(id).setTopicName(name)
            .setPartitions(ConsumerRecords.list(numbers)));
      }
    });
    return result;
  }
}
