package io.margay.shares.internal.fetch;

import io.margay.metadata.TopicImage;
import io.margay.model.Scheduler;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.shares.internal.leader.SharePartitionLeader;
import io.margay.shares.internal.leader.SharePartitions;
import io.margay.shares.internal.partition.Acknowledgement;
import io.margay.shares.internal.state.StateKey;
import io.margay.spi.handler.Request;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What ShareFetch and ShareAcknowledge have in common: sessions and acknowledgements. Safe for all threads. */
public final class ShareService {
  private static final String SHARE_VERSION = "share.version";

  private static final long LOOK_AGAIN_MS = 10;

  private final ShareCluster cluster;
  private final Scheduler scheduler;
  private final SharePartitions partitions;
  private final ShareSessions sessions;

  /**
   * @param cluster the cluster and the settings
   * @param partitions the share partitions that this broker leads
   * @param sessions the sessions of members
   * @param scheduler timers
   */
  public ShareService(ShareCluster cluster, SharePartitions partitions, ShareSessions sessions, Scheduler scheduler) {
    this.scheduler = scheduler;
    this.cluster = cluster;
    this.partitions = partitions;
    this.sessions = sessions;
  }

  ShareCluster cluster() {
    return cluster;
  }

  ShareSessions sessions() {
    return sessions;
  }

  /** Whose request it is. */
  ShareSession.Key requireMember(Request request, String groupId, String memberId) {
    if (cluster.image().brokers().isEmpty()) {
      // a broker that has just started does not know what it serves
      throw new ShareException(Errors.NOT_LEADER_OR_FOLLOWER);
    }
    if (cluster.image().features().getOrDefault(SHARE_VERSION, (short) 0) < 1) {
      throw new ShareException(Errors.UNSUPPORTED_VERSION, "share groups are not enabled, see the feature " + SHARE_VERSION);
    }
    if (groupId == null || groupId.isEmpty() || memberId == null || memberId.isEmpty()) {
      throw new ShareException(Errors.INVALID_REQUEST, "a share group and a member are to be named");
    }
    if (!request.allowed(AclOperation.READ, ResourceType.GROUP, groupId)) {
      throw new ShareException(Errors.GROUP_AUTHORIZATION_FAILED);
    }
    return new ShareSession.Key(groupId, memberId);
  }

  /** NONE when the client may consume a partition; a topic that does not exist is found out later. */
  Errors denial(Request request, SharePart part) {
    TopicImage topic = cluster.image().topic(part.topicId());
    return topic == null || request.allowed(AclOperation.READ, ResourceType.TOPIC, topic.name()) ? Errors.NONE
        : Errors.TOPIC_AUTHORIZATION_FAILED;
  }

  /** Null when this broker does not lead the partition. */
  SharePartitionLeader find(String groupId, SharePart part) {
    TopicImage topic = cluster.image().topic(part.topicId());
    return topic == null ? null : partitions.find(new StateKey(groupId, part.topicId(), part.partition()), topic.name());
  }

  /** Whether this broker is to lead a partition, so that it most likely soon does when it does not yet. */
  boolean isExpected(SharePart part) {
    TopicImage topic = cluster.image().topic(part.topicId());
    return topic != null && part.partition() >= 0 && part.partition() < topic.partitions().size()
        && topic.partitions().get(part.partition()).leader().equals(cluster.self());
  }

  /** Whether this broker serves as many share partitions as it may, so that others have to wait. */
  boolean isFull() {
    return partitions.isFull();
  }

  /** A member opens a session: the state of partitions that are not in use is read again, because their start offset may have been altered. */
  void refresh(String groupId, Collection<SharePart> parts) {
    parts.forEach(part -> {
      SharePartitionLeader known = partitions.known(new StateKey(groupId, part.topicId(), part.partition()));
      if (known != null) {
        known.closeIfIdle(0);
      }
    });
  }

  // ------------------------------------------------------------------------------------------------ acknowledging

  /** Refuses the whole request when it contradicts itself. */
  static void requireValid(Map<SharePart, List<Acknowledgement>> acknowledgements, int epoch, boolean renews) {
    if (epoch == ShareSession.INITIAL && !acknowledgements.isEmpty()) {
      throw new ShareException(Errors.INVALID_REQUEST, "a request that opens a share session cannot acknowledge");
    }
    if (!renews && acknowledgements.values().stream().anyMatch(list -> list.stream().anyMatch(Acknowledgement::renews))) {
      throw new ShareException(Errors.INVALID_REQUEST, "acknowledgements that renew are to be announced in the request");
    }
  }

  /** Takes all acknowledgements; completes with the outcome of each partition when they are written. */
  CompletableFuture<Map<SharePart, Errors>> acknowledge(Request request, ShareSession.Key key,
      Map<SharePart, List<Acknowledgement>> acknowledgements) {
    if (acknowledgements.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    Map<SharePart, CompletableFuture<Errors>> outcomes = new LinkedHashMap<>();
    acknowledgements.forEach((part, list) -> {
      Errors denied = denial(request, part);
      outcomes.put(part, denied == Errors.NONE ? acknowledge(key, part, list, cluster.waitMs()) : CompletableFuture.completedFuture(denied));
    });
    return CompletableFuture.allOf(outcomes.values().toArray(CompletableFuture[]::new)).thenApply(done -> {
      Map<SharePart, Errors> result = new LinkedHashMap<>();
      outcomes.forEach((part, outcome) -> result.put(part, outcome.join()));
      return result;
    });
  }

  /** The client of a session has gone without a word. A session that it has opened meanwhile stays. */
  void disconnected(ShareSession session) {
    if (sessions.remove(session)) {
      end(session);
    }
  }

  /** While a part is being replaced, the partition may be led here and not known yet: then it is waited for. */
  private CompletableFuture<Errors> acknowledge(ShareSession.Key key, SharePart part, List<Acknowledgement> list, long leftMs) {
    SharePartitionLeader leader = find(key.groupId(), part);
    if (leader != null) {
      return leader.acknowledge(key.memberId(), list);
    }
    if (leftMs <= 0 && isExpected(part) && isFull()) {
      return CompletableFuture.completedFuture(Errors.UNKNOWN_SERVER_ERROR);
    }
    if (leftMs <= 0 || !isExpected(part)) {
      return CompletableFuture.completedFuture(new LeaderHints(cluster.image(), "").error(part));
    }
    CompletableFuture<Errors> later = new CompletableFuture<>();
    scheduler.after(LOOK_AGAIN_MS, () -> acknowledge(key, part, list, leftMs - LOOK_AGAIN_MS).thenAccept(later::complete));
    return later;
  }

  /** A session has ended: others get what the member has acquired. */
  void end(ShareSession session) {
    session.parts().forEach(part -> {
      SharePartitionLeader leader = find(session.key().groupId(), part);
      if (leader != null) {
        leader.release(session.key().memberId());
      }
    });
  }
}
