package io.margay.replication.internal.fetch;

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
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.ServerSettings;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Serves Fetch. What is in the hot tail of the logs is read and answered on the event loop; what needs a disk, on a thread that
 * may wait; what is not there yet, when it comes. Sessions are kept in memory only: when this handler is replaced, clients are
 * told that theirs is unknown and open a new one.
 */
@Component(service = ApiHandler.class, immediate = true)
public final class FetchHandler implements ApiHandler {
  private static final short FIRST_WITH_ERROR = 7;
  private static final PartitionData[] NOTHING = { };

  private final ReplicationContext replication;
  private final FetchSessionCache sessions;
  private final FetchHints hints;
  private final Set<PendingFetch> pending = ConcurrentHashMap.newKeySet();
  private final NodeSettings.Registration registration;
  private volatile int serverMaxBytes;
  private final PageWarmer warmer;
  private volatile boolean closed;

  /**
   * @param replication the partitions
   * @throws IOException when the null device cannot be opened
   */
  @Activate
  public FetchHandler(@Reference ReplicationContext replication) throws IOException {
    this.warmer = new PageWarmer();
    this.replication = replication;
    NodeSettings settings = replication.settings();
    this.sessions = new FetchSessionCache(() -> settings.get(ServerSettings.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS));
    this.hints = new FetchHints(replication.partitions());
    this.registration = settings.onChange(names -> serverMaxBytes = settings.get(ServerSettings.FETCH_MAX_BYTES));
    this.serverMaxBytes = settings.get(ServerSettings.FETCH_MAX_BYTES);
  }

  /** Answers what still waits, with what there is. */
  @Deactivate
  public void close() throws IOException {
    closed = true;
    registration.close();
    pending.forEach(PendingFetch::close);
    warmer.close();
  }

  @Override
  public Api api() {
    return FetchRequest.API;
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public void handle(Request request) {
    FetchRequest fetch = request.read(new FetchRequest());
    FetchLimits limits = FetchLimits.of(fetch, request.version(), serverMaxBytes);
    long nowMs = replication.clock().millis();
    FetchContext context = FetchContext.of(fetch, request.version(), limits.replicaId() >= 0, sessions, nowMs);
    if (context.error() != Errors.NONE) {
      request.respond(context.respond(NOTHING, nowMs));
      return;
    }
    PendingFetch waiting = new PendingFetch(request, replication, context, limits, hints, warmer, pending);
    waiting.start();
    if (closed) {
      waiting.close();
    }
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return error(request, error);
  }

  /** An answer with nothing but an error; in versions that have no place for it, the error of each partition. */
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
