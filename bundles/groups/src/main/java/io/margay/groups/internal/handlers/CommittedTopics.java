package io.margay.groups.internal.handlers;

import io.margay.groups.internal.offsets.ResolvedTopic;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import io.margay.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Commits the offsets of those topics that the client may read, and adds an error for each of the others. */
final class CommittedTopics {
  private CommittedTopics() { }

  /**
   * @param commit what is to be committed; its denied topics are taken out
   * @param byId whether it names topics by id
   * @param topics looks topics up
   * @param committer commits what is left
   * @return an answer for all topics
   */
  static CompletableFuture<OffsetCommitResponse> commit(Request request, OffsetCommitRequest commit, boolean byId,
      GroupCoordinatorService topics, Function<OffsetCommitRequest, CompletableFuture<OffsetCommitResponse>> committer) {
    List<OffsetCommitRequestTopic> allowed = new ArrayList<>(commit.topics().size());
    List<OffsetCommitResponseTopic> denied = new ArrayList<>(0);
    for (OffsetCommitRequestTopic topic : commit.topics()) {
      if (mayRead(request, topics, byId, topic)) {
        allowed.add(topic);
      } else {
        denied.add(denied(topic));
      }
    }
    if (denied.isEmpty()) {
      return committer.apply(commit);
    }
    CompletableFuture<OffsetCommitResponse> committed = allowed.isEmpty()
        ? CompletableFuture.completedFuture(new OffsetCommitResponse()) : committer.apply(commit.setTopics(allowed));
    return committed.thenApply(response -> {
      response.topics().addAll(denied);
      return response;
    });
  }

  /** An id that nothing has is left to the coordinator, which says so. */
  private static boolean mayRead(Request request, GroupCoordinatorService topics, boolean byId, OffsetCommitRequestTopic topic) {
    ResolvedTopic known = byId ? topics.resolve(null, topic.topicId(), true) : null;
    return known != null && known.error() != Errors.NONE
        || request.allowed(AclOperation.READ, ResourceType.TOPIC, known == null ? topic.name() : known.name());
  }

  private static OffsetCommitResponseTopic denied(OffsetCommitRequestTopic topic) {
    OffsetCommitResponseTopic answer = new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
    topic.partitions().forEach(p -> answer.partitions().add(new OffsetCommitResponsePartition()
        .setPartitionIndex(p.partitionIndex()).setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())));
    return answer;
  }
}
