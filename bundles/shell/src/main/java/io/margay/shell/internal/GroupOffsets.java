package io.margay.shell.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads and writes what groups have committed. */
final class GroupOffsets {
  private static final int NO_GENERATION = -1;
  private final Requests requests;
  private final Coordinators coordinators;

  GroupOffsets(Requests requests) {
    this.requests = requests;
    this.coordinators = new Coordinators(requests);
  }

  /** The committed offsets of a group; empty for a group that does not exist. */
  Map<TopicPartition, Long> committed(String group) throws InterruptedException {
    OffsetFetchRequest request = new OffsetFetchRequest().setGroups(List.of(
        new OffsetFetchRequest.OffsetFetchRequestGroup().setGroupId(group).setTopics(null)));
    Map<TopicPartition, Long> offsets = new TreeMap<>();
    ClusterImage image = requests.image();
    OffsetFetchResponse response = coordinators.call(group,
        broker -> requests.send(broker, OffsetFetchRequest.API, request, new OffsetFetchResponse()),
        r -> r.groups().stream().mapToInt(g -> g.errorCode()).findFirst().orElse(0));
    for (var g : response.groups()) {
      if (g.errorCode() == Errors.GROUP_ID_NOT_FOUND.code()) {
        continue;
      }
      Requests.check(g.errorCode(), null, "cannot read the offsets of group " + group);
      for (var t : g.topics()) {
        TopicImage byId = image.topic(t.topicId());
        String name = byId == null ? t.name() : byId.name();
        for (var p : t.partitions()) {
          if (p.errorCode() == Errors.NONE.code() && p.committedOffset() >= 0) {
            offsets.put(new TopicPartition(name, p.partitionIndex()), p.committedOffset());
          }
        }
      }
    }
    return offsets;
  }

  /** Commits offsets of a group without members; it comes to be if there is none. */
  void commit(String group, Map<TopicPartition, Long> offsets) throws InterruptedException {
    Map<String, List<OffsetCommitRequest.OffsetCommitRequestPartition>> byTopic = new TreeMap<>();
    offsets.forEach((tp, offset) -> byTopic.computeIfAbsent(tp.topic(), t -> new ArrayList<>()).add(
        new OffsetCommitRequest.OffsetCommitRequestPartition().setPartitionIndex(tp.partition()).setCommittedOffset(offset)
            .setCommittedMetadata("")));
    OffsetCommitRequest request = new OffsetCommitRequest().setGroupId(group).setGenerationIdOrMemberEpoch(NO_GENERATION);
    byTopic.forEach((topic, partitions) -> request.topics().add(new OffsetCommitRequest.OffsetCommitRequestTopic()
        .setName(topic).setTopicId(requests.topic(topic).id()).setPartitions(partitions)));
    OffsetCommitResponse response = coordinators.call(group,
        broker -> requests.send(broker, OffsetCommitRequest.API, request, new OffsetCommitResponse()),
        r -> r.topics().stream().flatMap(t -> t.partitions().stream()).mapToInt(p -> p.errorCode()).findFirst().orElse(0));
    for (var t : response.topics()) {
      for (var p : t.partitions()) {
        Errors error = Errors.forCode(p.errorCode());
        if (error == Errors.UNKNOWN_MEMBER_ID || error == Errors.ILLEGAL_GENERATION || error == Errors.STALE_MEMBER_EPOCH) {
          throw new ShellException("group " + group + " has members, so only they commit; stop them first");
        }
        Requests.check(p.errorCode(), null, "cannot commit the offsets of group " + group);
      }
    }
  }
}
