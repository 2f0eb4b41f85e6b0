package io.margay.server.internal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections there may be, and how fast they may come. Suppliers give the value of the moment. Safe for all threads. */
final class ConnectionLimits {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimits.class);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final IntSupplier most;
  private final IntSupplier mostPerAddress;
  private final IntSupplier perSecond;
  private volatile Map<InetAddress, Integer> overrides = Map.of();
  /** The time up to which connections have used up the rate; guarded by this. */
  private long usedUpToNanos;
  private boolean begun;

  /**
   * @param most connections of all clients
   * @param mostPerAddress connections from one address that has no limit of its own
   * @param perSecond new connections a second
   */
  ConnectionLimits(IntSupplier most, IntSupplier mostPerAddress, IntSupplier perSecond) {
    this.most = most;
    this.mostPerAddress = mostPerAddress;
    this.perSecond = perSecond;
  }

  /**
   * Takes over other limits for single addresses. May ask a name server, so not on an event loop.
   *
   * @param list host:count, separated by commas; a name that nobody knows is passed over with a warning
   */
  void overrides(String list) {
    Map<InetAddress, Integer> found = new HashMap<>();
    for (String entry : list.split(",")) {
      int colon = entry.lastIndexOf(':');
      if (colon > 0) {
        String host = entry.substring(0, colon).trim();
        try {
          for (InetAddress address : InetAddress.getAllByName(host)) {
            found.put(address, Integer.parseInt(entry.substring(colon + 1).trim()));
          }
        } catch (UnknownHostException e) {
          LOG.warn("Passing over a limit of connections, because its host is unknown host={}", host);
        }
      }
    }
    overrides = Map.copyOf(found);
  }

  int most() {
    return most.getAsInt();
  }

  int mostFrom(InetAddress address) {
    Integer own = overrides.get(address);
    return own != null ? own : mostPerAddress.getAsInt();
  }

  /**
   * Counts a new connection. Up to a second's worth of them may come at once; then accepting has to pause.
   *
   * @return nanoseconds to accept no other one for, 0 for none
   */
  synchronized long pauseNanos(long nowNanos) {
    int rate = perSecond.getAsInt();
    if (rate == Integer.MAX_VALUE) {
      return 0;
    }
    if (!begun || usedUpToNanos - (nowNanos - SECOND) < 0) {
      begun = true;
      usedUpToNanos = nowNanos - SECOND;
    }
    usedUpToNanos += SECOND / Math.max(1, rate);
    return Math.max(0, usedUpToNanos - nowNanos);
  }
}
