package io.margay.http.internal;

import io.margay.metadata.ClusterImage;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** The objects that exist while HTTP is served. */
final class HttpServing implements AutoCloseable {
  /**
   * What requests use; all of it may come and go, or outlives this.
   *
   * @param clients what sends records that already have a partition
   * @param producers the producer
   * @param image the cluster
   * @param health answers for the health of the broker
   * @param logins checks who clients are
   */
  record Parts(NamedServices<LocalClient> clients, NamedServices<Producer> producers, Supplier<ClusterImage> image, HealthService health,
      HttpLogins logins) { }

  private final RecordsService service;
  private final HttpServer server;
  private final HttpTls tls;

  /**
   * Opens the listeners.
   *
   * @throws IOException when one cannot be opened; then none is
   */
  HttpServing(NodeSettings settings, Scheduler scheduler, Parts parts, List<HttpListener> listeners) throws IOException {
    LineLimit lines = new LineLimit(Clock.SYSTEM);
    service = new RecordsService(new Producing(parts.producers(), parts.clients(), scheduler, requestLimits(settings), lines), settings, parts.image(),
        parts.health(), parts.logins());
    tls = listeners.stream().anyMatch(HttpListener::tls) ? new HttpTls(settings, scheduler) : null;
    server = new HttpServer(service, connectionLimits(settings), lines, tls);
    try {
      server.open(listeners);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  static HttpLimits requestLimits(NodeSettings settings) {
    return new HttpLimits() {
      @Override
      public long maxRequestBytes() {
        return settings.get(HttpSettings.MARGAY_HTTP_REQUEST_MAX_BYTES);
      }

      @Override
      public int maxRequests() {
        return settings.get(HttpSettings.MARGAY_HTTP_MAX_REQUESTS);
      }

      @Override
      public int timeoutMs() {
        return settings.get(HttpSettings.MARGAY_HTTP_TIMEOUT_MS);
      }

      @Override
      public int producerWaitMs() {
        return settings.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS);
      }
    };
  }

  static ConnectionLimits connectionLimits(NodeSettings settings) {
    return new ConnectionLimits() {
      @Override
      public int maxConnections() {
        return settings.get(HttpSettings.MARGAY_HTTP_MAX_CONNECTIONS);
      }

      @Override
      public int maxConnectionsPerAddress() {
        return settings.get(HttpSettings.MARGAY_HTTP_MAX_CONNECTIONS_PER_IP);
      }

      @Override
      public int maxHeaderBytes() {
        return settings.get(HttpSettings.MARGAY_HTTP_HEADER_MAX_BYTES);
      }

      @Override
      public int headerTimeoutMs() {
        return settings.get(HttpSettings.MARGAY_HTTP_HEADER_TIMEOUT_MS);
      }

      @Override
      public int idleMs() {
        return settings.get(HttpSettings.MARGAY_HTTP_TIMEOUT_MS);
      }
    };
  }

  /** Ends the open requests within a bounded time, and then closes the listeners. */
  @Override
  public void close() {
    service.close();
    server.close();
    if (tls != null) {
      tls.close();
    }
  }
}
