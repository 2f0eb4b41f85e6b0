package io.margay.server.internal;

import io.margay.model.LineLimit;
import io.margay.protocol.Message;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ShareFetchRequest;
import io.margay.spi.client.LocalClient;
import io.margay.spi.handler.Principal;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.quota.ClientQuotas;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What limits the client of one connection. While nothing limits clients, only {@link Server#quotas} is read. What the quotas said of the
 * last client is kept until they change. A failure of the quotas counts as no limit.
 *
 * <p>{@link #of} is for all threads, all else is on the connection's event loop.
 */
final class ConnectionQuota {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionQuota.class);

  private record Known(ClientQuotas from, int version, Principal user, String clientId, ClientQuota quota) { }

  private final Server server;
  private volatile Known known;

  ConnectionQuota(Server server) {
    this.server = server;
  }

  /** What limits the client of a request; never null. */
  ClientQuota of(RoutedRequest request) {
    ClientQuotas now = server.quotas();
    if (now == null || request.exempt()) {
      return ClientQuota.NONE;
    }
    Known last = known;
    String clientId = request.clientId();
    Principal user = request.principal();
    try {
      int version = now.version();
      if (last == null || last.from != now || last.version != version || !last.user.equals(user) || !last.clientId.equals(clientId)) {
        last = new Known(now, version, user, clientId, now.of(user, clientId));
        known = last;
      }
      return last.quota;
    } catch (RuntimeException | Error e) {
      failed(e);
      return ClientQuota.NONE;
    }
  }

  /** Counts what was produced by a caller inside the process. @return milliseconds to wait */
  static int produced(Server server, LocalClient.Caller caller, long bytes) {
    ClientQuotas now = server.quotas();
    try {
      return now == null || caller.trusted() ? 0 : now.of(caller.principal(), caller.clientId()).produced(bytes);
    } catch (RuntimeException | Error e) {
      failed(server, e);
      return 0;
    }
  }

  private void failed(Throwable e) {
    failed(server, e);
  }

  private static void failed(Server server, Throwable e) {
    if (server.lines().pass("quotas") != LineLimit.HELD) {
      LOG.error("The client quotas failed, so nothing is limited", e);
    }
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
      failed(e);
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
        failed(e);
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
      failed(e);
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
