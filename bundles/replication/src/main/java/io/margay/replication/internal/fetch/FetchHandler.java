package io.margay.replication.internal.fetch;

import io.margay.model.BrokerId;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.ReplicationSettings;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.ParkedRequests;
import io.margay.spi.handler.Request;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Serves Fetch. Records in the hot tail of the logs are read and answered on the event loop; those that need a disk, on a thread
 * that may wait; those that are not there yet, when they come. Sessions are kept in memory only: when this handler is replaced,
 * clients learn that their session is unknown and open a new one.
 *
 * <p>The memory that a fetch takes beyond its frame is reserved with the request: at once for a fetch with many partitions, else
 * when it begins to wait. When that is refused, a fetch with many partitions gets an error, and one with few is answered without a
 * wait.
 */
@Component(service = ApiHandler.class, immediate = true)
public final class FetchHandler implements ApiHandler {
  private static final short FIRST_WITH_ERROR = 7;
  private static final int REFUSED_WAIT_MS = 100;
  private static final PartitionData[] NOTHING = { };

  private final ReplicationContext replication;
  private final FetchSessionCache sessions;
  private final FetchHints hints;
  private final ParkedRequests<PendingFetch> parked = new ParkedRequests<>(PendingFetch::close);
  private final NodeSettings.Registration registration;
  private volatile int serverMaxBytes;

  /** @param replication the partitions */
  @Activate
  public FetchHandler(@Reference ReplicationContext replication) {
    this.replication = replication;
    NodeSettings settings = replication.settings();
    this.sessions = new FetchSessionCache(() -> new FetchSessionCache.Bounds(
        settings.get(ReplicationSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS),
        settings.get(ReplicationSettings.MARGAY_FETCH_SESSION_CACHE_BYTES), settings.get(ReplicationSettings.MARGAY_FETCH_SESSION_MAX_PARTITIONS)));
    this.hints = new FetchHints(replication.partitions());
    this.registration = settings.onChange(names -> serverMaxBytes = settings.get(ReplicationSettings.FETCH_MAX_BYTES));
    this.serverMaxBytes = settings.get(ReplicationSettings.FETCH_MAX_BYTES);
  }

  /** Answers the waiting fetches with what is available. Reads from disks that have begun are answered when they end. */
  @Deactivate
  public void close() {
    registration.close();
    parked.close();
  }

  @Override
  public Api api() {
    return FetchRequest.API;
  }

  @Override
  public Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public void handle(Request request) {
    FetchRequest fetch = request.read(new FetchRequest());
    FetchLimits asked = FetchLimits.of(fetch, request.version(), serverMaxBytes);
    boolean broker = isBroker(request, asked);
    if (broker) {
      request.unlimited();
    }
    FetchLimits limits = broker ? asked : asked.atMost(request.mostFetchBytes());
    long nowMs = replication.clock().millis();
    FetchMemory memory = new FetchMemory(request);
    if (!memory.mayName(FetchContext.partitions(fetch))) {
      refuse(request);
      return;
    }
    FetchContext context = FetchContext.of(fetch, request.version(), isBroker(request, limits), sessions, nowMs);
    if (context.error() != Errors.NONE) {
      request.respond(context.respond(NOTHING, nowMs));
      return;
    }
    if (context.session() != null && FetchAttempt.actsAsBroker(request, limits)) {
      context.session().supersede();
    }
    if (memory.mayRead(context.items().length)) {
      new PendingFetch(request, replication, context, limits, memory, hints, parked).start();
    } else {
      refuse(request);
    }
  }

  private static void refuse(Request request) {
    if (request.version() >= FIRST_WITH_ERROR) {
      request.respond(error(request, Errors.THROTTLING_QUOTA_EXCEEDED).setThrottleTimeMs(REFUSED_WAIT_MS), REFUSED_WAIT_MS);
    } else {
      request.close("A fetch has more partitions than there is memory for");
    }
  }

  /** Any client may claim to be a follower; only the sessions of brokers take precedence. */
  private boolean isBroker(Request request, FetchLimits limits) {
    return FetchAttempt.actsAsBroker(request, limits)
        && replication.partitions().image().brokers().containsKey(new BrokerId(limits.replicaId()));
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return error(request, error);
  }

  /** An answer with only an error; in versions that have no field for it, the error of each partition. */
  static FetchResponse error(Request request, Errors error) {
    if (request.version() >= FIRST_WITH_ERROR) {
      return new FetchResponse().setErrorCode(error.code());
    }
    FetchResponse response = new FetchResponse();
    for (FetchTopic topic : request.read(new FetchRequest()).topics()) {
      FetchableTopicResponse answer = new FetchableTopicResponse().setTopic(topic.topic());
      for (FetchPartition partition : topic.partitions()) {
        answer.partitions().add(FetchAttempt.failure(partition.partition(), error));
      }
      response.responses().add(answer);
    }
    return response;
  }
}
