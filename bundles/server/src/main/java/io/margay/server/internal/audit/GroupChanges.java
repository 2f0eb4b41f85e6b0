package io.margay.server.internal.audit;

import io.margay.protocol.message.AlterShareGroupOffsetsRequest;
import io.margay.protocol.message.AlterShareGroupOffsetsResponse;
import io.margay.protocol.message.DeleteGroupsRequest;
import io.margay.protocol.message.DeleteGroupsResponse;
import io.margay.protocol.message.DeleteShareGroupOffsetsRequest;
import io.margay.protocol.message.DeleteShareGroupOffsetsResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetDeleteResponse;
import java.util.HashMap;
import java.util.Map;

/** Groups and what they have committed. */
final class GroupChanges {
  private static final String GROUP = "group";

  private GroupChanges() { }

  static void delete(DeleteGroupsRequest request, DeleteGroupsResponse response, Changes changes) {
    response.results().forEach(g -> changes.add(GROUP, g.groupId(), g.errorCode()));
  }

  static void deleteOffsets(OffsetDeleteRequest request, OffsetDeleteResponse response, Changes changes) {
    if (response.errorCode() != 0) {
      changes.add(GROUP, request.groupId(), response.errorCode());
    }
    response.topics().forEach(t -> t.partitions().forEach(p -> changes.add(GROUP, request.groupId(), p.errorCode(), "partition",
        t.name() + ":" + p.partitionIndex())));
  }

  /** Members commit all the time; of interest is who sets offsets of a group without being a member of it. */
  static boolean fromOutside(OffsetCommitRequest request) {
    return request.generationIdOrMemberEpoch() < 0 && (request.memberId() == null || request.memberId().isEmpty());
  }

  /** Without the offsets, so that a consumer that assigns partitions itself and commits all the time is one event with a count. */
  static void commit(OffsetCommitRequest request, OffsetCommitResponse response, Changes changes) {
    response.topics().forEach(t -> {
      short code = t.partitions().stream().map(OffsetCommitResponse.OffsetCommitResponsePartition::errorCode).filter(c -> c != 0).findFirst()
          .orElse((short) 0);
      changes.add(GROUP, request.groupId(), code, "topic", t.name() == null || t.name().isEmpty() ? String.valueOf(t.topicId()) : t.name());
    });
  }

  static void alterShareOffsets(AlterShareGroupOffsetsRequest request, AlterShareGroupOffsetsResponse response, Changes changes) {
    if (response.errorCode() != 0) {
      changes.add(GROUP, request.groupId(), response.errorCode());
      return;
    }
    Map<String, Map<Integer, Long>> offsets = new HashMap<>();
    request.topics().forEach(t -> {
      Map<Integer, Long> ofTopic = offsets.computeIfAbsent(t.topicName(), name -> new HashMap<>());
      t.partitions().forEach(p -> ofTopic.put(p.partitionIndex(), p.startOffset()));
    });
    response.responses().forEach(t -> t.partitions().forEach(p -> changes.add(GROUP, request.groupId(), p.errorCode(), "partition",
        t.topicName() + ":" + p.partitionIndex(), "offset", offsets.getOrDefault(t.topicName(), Map.of()).get(p.partitionIndex()))));
  }

  static void deleteShareOffsets(DeleteShareGroupOffsetsRequest request, DeleteShareGroupOffsetsResponse response, Changes changes) {
    if (response.errorCode() != 0) {
      changes.add(GROUP, request.groupId(), response.errorCode());
      return;
    }
    response.responses().forEach(t -> changes.add(GROUP, request.groupId(), t.errorCode(), "topic", t.topicName()));
  }
}
