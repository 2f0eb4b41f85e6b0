package io.margay.http.internal;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.Principal;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.security.AuthorizerSettings;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/**
 * Whether a client may write to a topic, asked at the begin of a request and again each second while it goes on, and how much it may write. The answer
 * does not tell whether the topic exists. Used by one thread at a time.
 */
final class TopicAccess {
  /** Nobody is refused. */
  static final TopicAccess ALL = new TopicAccess(null, null, null, null, null);

  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String CLIENT_ID = "margay-http";

  private final NamedServices<LocalClient> clients;
  private final NodeSettings settings;
  private final LocalClient.Caller caller;
  private final String topic;
  private boolean asked;
  private long askedNanos;
  private HttpError last;
  private LocalClient server;
  /** The server on behalf of the client: remembers what was decided about it, and its quota. */
  private LocalClient asClient;

  TopicAccess(NamedServices<LocalClient> clients, NodeSettings settings, Principal principal, InetAddress address, String topic) {
    this.clients = clients;
    this.settings = settings;
    this.caller = new LocalClient.Caller(principal, address, CLIENT_ID, false);
    this.topic = topic;
  }

  /** @return null, or why the client may not */
  HttpError refusal() {
    if (clients == null || AuthorizerSettings.chosen(settings).isEmpty()) {
      return null;
    }
    long now = System.nanoTime();
    if (!asked || now - askedNanos >= AGAIN_NANOS) {
      asked = true;
      askedNanos = now;
      last = ask();
    }
    return last;
  }

  /**
   * Counts a record for the client's quota. While the server is replaced, nothing is limited.
   *
   * @param bytes its size; 0 to ask whether there may be one
   * @return milliseconds until the next one may be sent
   */
  int produced(long bytes) {
    if (clients == null) {
      return 0;
    }
    try (ServiceHolder.Lease<LocalClient> lease = clients.lease(Producing.CLIENT)) {
      return lease == null ? 0 : asClient(lease.service()).produced(bytes);
    }
  }

  private LocalClient asClient(LocalClient now) {
    if (now != server) {
      server = now;
      asClient = now.as(caller);
    }
    return asClient;
  }

  private HttpError ask() {
    try (ServiceHolder.Lease<LocalClient> lease = clients.lease(Producing.CLIENT)) {
      LocalClient.Verdict verdict = lease == null ? LocalClient.Verdict.UNDECIDED
          : asClient(lease.service()).decide("HTTP records", AclOperation.WRITE, ResourceType.TOPIC, topic);
      return switch (verdict) {
        case ALLOWED -> null;
        case DENIED -> new HttpError(403, "you may not write to topic " + JsonRecords.shown(topic));
        case UNDECIDED -> HttpError.unavailable("whether you may do this cannot be decided now; try again");
      };
    }
  }
}
