package io.margay.shares.internal.fetch;

import io.margay.metadata.PartitionImage;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ShareAcknowledgeRequest;
import io.margay.protocol.message.ShareAcknowledgeResponse;
import io.margay.shares.internal.partition.Acknowledgement;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Serves ShareAcknowledge: what a member has consumed, without fetching more. */
public final class ShareAcknowledgeHandler implements ApiHandler {
  private static final int ITEM_BYTES = 300;

  private final ShareService service;

  /** @param service sessions and share partitions */
  public ShareAcknowledgeHandler(ShareService service) {
    this.service = service;
  }

  @Override
  public Api api() {
    return ShareAcknowledgeRequest.API;
  }

  @Override
  public Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public void handle(Request request) {
    ShareAcknowledgeRequest query = request.read(new ShareAcknowledgeRequest());
    Map<SharePart, List<Acknowledgement>> acknowledgements = new LinkedHashMap<>();
    query.topics().forEach(t -> t.partitions().forEach(p -> acknowledgements.put(new SharePart(t.topicId(), p.partitionIndex()),
        p.acknowledgementBatches().stream().map(b -> new Acknowledgement(b.firstOffset(), b.lastOffset(), b.acknowledgeTypes())).toList())));
    if (!request.reserve((long) ITEM_BYTES * acknowledgements.size() + request.body().readableBytes())) {
      request.respond(error(Errors.THROTTLING_QUOTA_EXCEEDED, null));
      return;
    }
    try {
      ShareSession.Key key = service.requireMember(request, query.groupId(), query.memberId());
      if (query.shareSessionEpoch() == ShareSession.INITIAL) {
        throw new ShareException(Errors.INVALID_SHARE_SESSION_EPOCH, "only a ShareFetch opens a share session");
      }
      ShareService.requireValid(acknowledgements, query.shareSessionEpoch(), query.isRenewAck());
      ShareSession session = service.sessions().require(key, query.shareSessionEpoch());
      service.acknowledge(request, key, acknowledgements).thenAccept(outcomes -> request.respond(response(request, query.groupId(), outcomes)));
      if (query.shareSessionEpoch() == ShareSession.FINAL) {
        session.unbind(request);
        service.end(session);
      }
    } catch (ShareException e) {
      request.respond(error(e.error(), e.getMessage()));
    }
  }

  private ShareAcknowledgeResponse response(Request request, String groupId, Map<SharePart, Errors> outcomes) {
    LeaderHints hints = new LeaderHints(service.cluster().image(), request.listener());
    ShareAcknowledgeResponse response =
        new ShareAcknowledgeResponse().setAcquisitionLockTimeoutMs(service.cluster().limits(groupId).lockMs());
    Map<UUID, ShareAcknowledgeResponse.ShareAcknowledgeTopicResponse> topics = new LinkedHashMap<>();
    outcomes.forEach((part, error) -> {
      ShareAcknowledgeResponse.PartitionData data = new ShareAcknowledgeResponse.PartitionData().setPartitionIndex(part.partition())
          .setErrorCode(error.code()).setErrorMessage(error == Errors.NONE ? null : error.message());
      PartitionImage leader = error == Errors.NOT_LEADER_OR_FOLLOWER ? hints.find(part) : null;
      if (leader != null) {
        data.currentLeader().setLeaderId(leader.leader().value()).setLeaderEpoch(leader.leaderEpoch().value());
      }
      topics.computeIfAbsent(part.topicId(), id -> new ShareAcknowledgeResponse.ShareAcknowledgeTopicResponse().setTopicId(id))
          .partitions().add(data);
    });
    response.setResponses(new ArrayList<>(topics.values()));
    hints.forEachNode((id, host, port, rack) -> response.nodeEndpoints().add(
        new ShareAcknowledgeResponse.NodeEndpoint().setNodeId(id).setHost(host).setPort(port).setRack(rack)));
    return response;
  }

  private static ShareAcknowledgeResponse error(Errors error, String why) {
    return new ShareAcknowledgeResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return error(error, null);
  }
}
