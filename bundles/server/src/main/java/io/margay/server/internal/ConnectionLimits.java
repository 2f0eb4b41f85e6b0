package io.margay.server.internal;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections there may be, and how fast they may come. Suppliers give the value of the moment. Safe for all threads. */
final class ConnectionLimits {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimits.class);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final IntSupplier most;
  private final ToIntFunction<String> mostOfListener;
  private final IntSupplier mostPerAddress;
  private final IntSupplier perSecond;
  private volatile Map<InetAddress, Integer> overrides = Map.of();
  /** Counts the lists that were given, so that a slow look-up does not replace a newer list; guarded by this. */
  private int generation;
  /** The time up to which connections have used up the rate; guarded by this. */
  private long usedUpToNanos;
  private boolean begun;

  /**
   * @param most connections of all clients
   * @param mostOfListener connections to a listener, by its name
   * @param mostPerAddress connections from one address that has no limit of its own
   * @param perSecond new connections a second
   */
  ConnectionLimits(IntSupplier most, ToIntFunction<String> mostOfListener, IntSupplier mostPerAddress, IntSupplier perSecond) {
    this.most = most;
    this.mostOfListener = mostOfListener;
    this.mostPerAddress = mostPerAddress;
    this.perSecond = perSecond;
  }

  /**
   * Takes over other limits for single addresses: those of addresses at once, those of names when a name server has answered.
   *
   * @param list host:count, separated by commas; a name that nobody knows is passed over with a warning
   * @param lookups asks name servers, which may take long
   */
  void overrides(String list, Executor lookups) {
    Map<InetAddress, Integer> found = new HashMap<>();
    Map<String, Integer> names = new HashMap<>();
    for (String entry : list.split(",")) {
      int colon = entry.lastIndexOf(':');
      if (colon > 0) {
        String host = entry.substring(0, colon).trim();
        int count = Integer.parseInt(entry.substring(colon + 1).trim());
        InetAddress literal = literal(host);
        if (literal != null) {
          found.put(literal, count);
        } else {
          names.put(host, count);
        }
      }
    }
    int current;
    synchronized (this) {
      current = ++generation;
      overrides = Map.copyOf(found);
    }
    if (!names.isEmpty()) {
      lookups.execute(() -> lookUp(names, current));
    }
  }

  private static InetAddress literal(String host) {
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      return address == null ? null : InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private void lookUp(Map<String, Integer> names, int ofGeneration) {
    Map<InetAddress, Integer> found = new HashMap<>();
    names.forEach((host, count) -> {
      try {
        for (InetAddress address : InetAddress.getAllByName(host)) {
          found.put(address, count);
        }
      } catch (UnknownHostException e) {
        LOG.warn("Passing over a limit of connections, because its host is unknown host={}", host);
      }
    });
    synchronized (this) {
      if (ofGeneration == generation) {
        found.putAll(overrides);
        overrides = Map.copyOf(found);
      }
    }
  }

  int most() {
    return most.getAsInt();
  }

  int mostOf(String listener) {
    return mostOfListener.applyAsInt(listener);
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
