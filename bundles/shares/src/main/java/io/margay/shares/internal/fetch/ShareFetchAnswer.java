package io.margay.shares.internal.fetch;

import io.margay.metadata.PartitionImage;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.message.ShareFetchResponse;
import io.margay.shares.internal.leader.Fetched;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Builds the answer to a ShareFetch. */
final class ShareFetchAnswer {
  private final ShareService service;
  private final String groupId;
  private final LeaderHints hints;

  ShareFetchAnswer(ShareService service, Request request, String groupId) {
    this.service = service;
    this.groupId = groupId;
    this.hints = new LeaderHints(service.cluster().image(), request.listener());
  }

  /** The records of {@code results} belong to the response then. */
  ShareFetchResponse of(Map<SharePart, Fetched> results, Map<SharePart, Errors> outcomes) {
    ShareFetchResponse response = new ShareFetchResponse().setAcquisitionLockTimeoutMs(service.cluster().limits(groupId).lockMs());
    Map<UUID, ShareFetchResponse.ShareFetchableTopicResponse> topics = new LinkedHashMap<>();
    Set<SharePart> all = new LinkedHashSet<>(outcomes.keySet());
    all.addAll(results.keySet());
    for (SharePart part : all) {
      topics.computeIfAbsent(part.topicId(), id -> new ShareFetchResponse.ShareFetchableTopicResponse().setTopicId(id)).partitions()
          .add(data(part, results.get(part), outcomes.getOrDefault(part, Errors.NONE)));
    }
    response.setResponses(new ArrayList<>(topics.values()));
    hints.forEachNode((id, host, port, rack) -> response.nodeEndpoints().add(
        new ShareFetchResponse.NodeEndpoint().setNodeId(id).setHost(host).setPort(port).setRack(rack)));
    return response;
  }

  private ShareFetchResponse.PartitionData data(SharePart part, Fetched fetched, Errors acknowledged) {
    Errors error = fetched == null ? Errors.NONE : fetched.error();
    ShareFetchResponse.PartitionData data = new ShareFetchResponse.PartitionData().setPartitionIndex(part.partition())
        .setErrorCode(error.code()).setErrorMessage(error == Errors.NONE ? null : error.message())
        .setAcknowledgeErrorCode(acknowledged.code()).setAcknowledgeErrorMessage(acknowledged == Errors.NONE ? null : acknowledged.message())
        .setRecords(fetched == null || fetched.records() == null ? Records.EMPTY : fetched.records());
    if (error == Errors.NOT_LEADER_OR_FOLLOWER || acknowledged == Errors.NOT_LEADER_OR_FOLLOWER) {
      PartitionImage leader = hints.find(part);
      if (leader != null) {
        data.currentLeader().setLeaderId(leader.leader().value()).setLeaderEpoch(leader.leaderEpoch().value());
      }
    }
    if (fetched != null) {
      fetched.acquired().forEach(a -> data.acquiredRecords().add(new ShareFetchResponse.AcquiredRecords().setFirstOffset(a.first())
          .setLastOffset(a.last()).setDeliveryCount(a.count())));
    }
    return data;
  }
}
