package io.margay.shares.internal.fetch;

import io.margay.model.Scheduler;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ShareFetchRequest;
import io.margay.protocol.message.ShareFetchResponse;
import io.margay.shares.internal.partition.Acknowledgement;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.ParkedRequests;
import io.margay.spi.handler.Request;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Serves ShareFetch: first what the member acknowledges, then records for it, as soon as there are some. When this handler is replaced, waiting
 * fetches are answered with what there is; sessions, and what members have acquired, go to the next version.
 */
public final class ShareFetchHandler implements ApiHandler, AutoCloseable {
  private static final int ITEM_BYTES = 400;

  private final ShareService service;
  private final Scheduler scheduler;
  private final Executor blocking;
  private final ParkedRequests<PendingShareFetch> parked = new ParkedRequests<>(PendingShareFetch::close);

  /**
   * @param service sessions and share partitions
   * @param scheduler timers
   * @param blocking runs what may wait for a disk
   */
  public ShareFetchHandler(ShareService service, Scheduler scheduler, Executor blocking) {
    this.service = service;
    this.scheduler = scheduler;
    this.blocking = blocking;
  }

  @Override
  public Api api() {
    return ShareFetchRequest.API;
  }

  @Override
  public Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public void handle(Request request) {
    ShareFetchRequest query = request.read(new ShareFetchRequest());
    try {
      ShareSession.Key key = service.requireMember(request, query.groupId(), query.memberId());
      Map<SharePart, List<Acknowledgement>> acknowledgements = acknowledgements(query);
      ShareService.requireValid(acknowledgements, query.shareSessionEpoch(), query.isRenewAck());
      // before anything changes
      if (!request.reserve((long) ITEM_BYTES * acknowledgements.size() + request.body().readableBytes())) {
        throw new ShareException(Errors.THROTTLING_QUOTA_EXCEEDED);
      }
      ShareSession session = session(key, query);
      List<SharePart> parts = query.shareSessionEpoch() == ShareSession.FINAL || query.isRenewAck() || query.maxRecords() <= 0
          ? List.of() : session.rotated();
      if (!request.reserve((long) ITEM_BYTES * parts.size())) {
        throw new ShareException(Errors.THROTTLING_QUOTA_EXCEEDED);
      }
      CompletableFuture<Map<SharePart, Errors>> outcomes = service.acknowledge(request, key, acknowledgements);
      if (query.shareSessionEpoch() == ShareSession.FINAL) {
        session.unbind(request);
        service.end(session);
      } else {
        session.bind(request, () -> service.disconnected(session));
      }
      PendingShareFetch fetch = new PendingShareFetch(request, query, service, session, parts,
          new PendingShareFetch.Environment(scheduler, blocking, parked));
      if (outcomes.isDone()) {
        fetch.start(outcomes.join());
      } else {
        outcomes.thenAccept(done -> request.executor().execute(() -> fetch.start(done)));
      }
    } catch (ShareException e) {
      request.respond(error(e.error(), e.getMessage()));
    }
  }

  private static Map<SharePart, List<Acknowledgement>> acknowledgements(ShareFetchRequest query) {
    Map<SharePart, List<Acknowledgement>> result = new LinkedHashMap<>();
    query.topics().forEach(t -> t.partitions().forEach(p -> {
      if (!p.acknowledgementBatches().isEmpty()) {
        result.put(new SharePart(t.topicId(), p.partitionIndex()), p.acknowledgementBatches().stream()
            .map(b -> new Acknowledgement(b.firstOffset(), b.lastOffset(), b.acknowledgeTypes())).toList());
      }
    }));
    return result;
  }

  private ShareSession session(ShareSession.Key key, ShareFetchRequest query) {
    ShareSession session = query.shareSessionEpoch() == ShareSession.INITIAL ? service.sessions().open(key)
        : service.sessions().require(key, query.shareSessionEpoch());
    if (session == null) {
      throw new ShareException(Errors.SHARE_SESSION_LIMIT_REACHED);
    }
    Set<SharePart> more = new LinkedHashSet<>();
    query.topics().forEach(t -> t.partitions().forEach(p -> more.add(new SharePart(t.topicId(), p.partitionIndex()))));
    Set<SharePart> gone = new HashSet<>();
    query.forgottenTopicsData().forEach(t -> t.partitions().forEach(p -> gone.add(new SharePart(t.topicId(), p))));
    more.removeAll(gone);
    session.remove(gone);
    if (!session.add(more, service.cluster().maxPartitions())) {
      throw new ShareException(Errors.INVALID_REQUEST, "a share session has too many partitions, see margay.shares.session.partitions.max");
    }
    if (query.shareSessionEpoch() == ShareSession.INITIAL) {
      service.refresh(key.groupId(), more);
    }
    return session;
  }

  static ShareFetchResponse error(Errors error, String why) {
    return new ShareFetchResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return error(error, null);
  }

  /** Answers what waits with what there is. */
  @Override
  public void close() {
    parked.close();
  }
}
