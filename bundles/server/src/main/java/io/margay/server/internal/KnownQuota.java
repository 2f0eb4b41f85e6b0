package io.margay.server.internal;

import io.margay.model.LineLimit;
import io.margay.spi.handler.Principal;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.quota.ClientQuotas;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the quotas said of the last client that was asked for, kept until they change. A failure of the quotas counts as no limit. Safe for all threads. */
final class KnownQuota {
  private static final Logger LOG = LoggerFactory.getLogger(KnownQuota.class);

  private record Known(ClientQuotas from, int version, Principal user, String clientId, ClientQuota quota) { }

  private final Supplier<ClientQuotas> quotas;
  private final LineLimit lines;
  private volatile Known known;

  /**
   * @param quotas what limits clients now; null for nothing
   * @param lines limits log lines that clients can cause
   */
  KnownQuota(Supplier<ClientQuotas> quotas, LineLimit lines) {
    this.quotas = quotas;
    this.lines = lines;
  }

  /** What limits a client; never null. */
  ClientQuota of(Principal user, String clientId) {
    ClientQuotas now = quotas.get();
    if (now == null) {
      return ClientQuota.NONE;
    }
    Known last = known;
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

  /** Counts what a client has produced. @return milliseconds to wait */
  int produced(Principal user, String clientId, long bytes) {
    try {
      return of(user, clientId).produced(bytes);
    } catch (RuntimeException | Error e) {
      failed(e);
      return 0;
    }
  }

  void failed(Throwable e) {
    if (lines.pass("quotas") != LineLimit.HELD) {
      LOG.error("The client quotas failed, so nothing is limited", e);
    }
  }
}
