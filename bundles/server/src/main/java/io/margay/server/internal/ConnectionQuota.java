package io.margay.server.internal;

import io.margay.protocol.Message;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ShareFetchRequest;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.quota.ClientQuotas;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * What limits the client of one connection. While nothing limits clients, only {@link Server#quotas} is read. A failure of the quotas counts as no
 * limit.
 *
 * <p>{@link #of} is for all threads, all else is on the connection's event loop.
 */
final class ConnectionQuota {
  private final Server server;
  private final KnownQuota known;

  ConnectionQuota(Server server) {
    this.server = server;
    this.known = server.newKnownQuota();
  }

  /** What limits the client of a request; never null. */
  ClientQuota of(RoutedRequest request) {
    return server.quotas() == null || request.exempt() ? ClientQuota.NONE : known.of(request.principal(), request.clientId());
  }

  /** Whether the time that is spent on a request has to be measured. */
  boolean measures(RoutedRequest request) {
    return server.quotas() != null && of(request).countsWork();
  }

  /** An executor that measures what a request's tasks take. */
  Executor measuring(NetworkRequest request, Executor loop) {
    return !measures(request) ? loop : task -> loop.execute(() -> {
      begin(request);
      try {
        task.run();
      } finally {
        end(request);
      }
    });
  }

  /** Gives a request to its handler. */
  void route(NetworkRequest request) {
    boolean measured = measures(request);
    if (measured) {
      begin(request);
    }
    server.handlers().route(request.entry, request);
    if (measured) {
      end(request);
    }
  }

  /** The event loop works for a request from now on. */
  private void begin(NetworkRequest request) {
    request.beganNanos = System.nanoTime();
  }

  /** It does so no more; without effect when that was said already. */
  void end(NetworkRequest request) {
    if (request.beganNanos != 0) {
      long nanos = System.nanoTime() - request.beganNanos;
      request.beganNanos = 0;
      if (request.parts == null) {
        request.worked(nanos);
      } else { // it has its answer, and the client learns with the next one that it is too much
        work(of(request), nanos);
      }
    }
  }

  private int work(ClientQuota quota, long nanos) {
    try {
      return quota.worked(nanos);
    } catch (RuntimeException | Error e) {
      known.failed(e);
      return 0;
    }
  }

  /**
   * Counts what an answered request has used, and lets the answer say how long the client must wait.
   *
   * @param response null for none
   * @param throttleMs for how long the handler wants it to wait
   * @return for how many milliseconds the connection is not to be read
   */
  int settle(NetworkRequest request, Message response, int throttleMs) {
    if (server.quotas() == null && request.quotaMs() == 0) {
      return throttleMs;
    }
    int ms = Math.max(throttleMs, request.quotaMs());
    ClientQuota quota = of(request);
    if (quota != ClientQuota.NONE) {
      if (quota.countsWork() && request.beganNanos == 0) {
        begin(request); // it has yet to be encoded
      }
      try {
        ms = Math.max(ms, charge(quota, request, response));
      } catch (RuntimeException | Error e) {
        known.failed(e);
      }
    }
    if (ms > throttleMs && response != null) {
      response.throttle(ms);
    }
    return ms;
  }

  private static int charge(ClientQuota quota, NetworkRequest request, Message response) {
    int ms = 0;
    short key = request.api().key();
    if (key == ProduceRequest.API.key()) {
      ms = quota.produced(request.frame.writerIndex());
    } else if (key == ShareFetchRequest.API.key() && response != null) {
      // Its records are acquired already, so they are sent in any case.
      long[] bytes = {0};
      response.forEachRecords(records -> bytes[0] += records == null ? 0 : records.sizeBytes());
      ms = quota.fetched(bytes[0]);
    }
    if (quota.countsWork()) {
      long now = System.nanoTime();
      long nanos = request.takeWork() + now - request.beganNanos;
      request.beganNanos = now;
      ms = Math.max(ms, quota.worked(nanos));
    }
    return ms;
  }

  /** Counts the connection. @return whether it is one too many: then it will be closed soon, and must not be read until then */
  boolean refuses(Connection connection) {
    ClientQuotas now = server.quotas();
    int ms;
    try {
      ms = now == null ? 0 : now.connected(connection.clientAddress());
    } catch (RuntimeException | Error e) {
      known.failed(e);
      return false;
    }
    if (ms > 0) {
      ConnectionFailures.refused(server.lines(), "connection rate", "its address opens too many, see connection_creation_rate",
          connection.channel().remoteAddress());
      connection.eventLoop().schedule(() -> connection.channel().close(), ms, TimeUnit.MILLISECONDS);
    }
    return ms > 0;
  }
}
