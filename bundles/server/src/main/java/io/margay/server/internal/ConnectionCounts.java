package io.margay.server.internal;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections there are: in all, of each listener and from each address. Safe for all threads. */
final class ConnectionCounts {
  private final ConnectionLimits limits;
  private final AtomicInteger all = new AtomicInteger();
  private final ConcurrentHashMap<String, Integer> perListener = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();

  ConnectionCounts(ConnectionLimits limits) {
    this.limits = limits;
  }

  /** @return how many there are */
  int all() {
    return all.get();
  }

  /**
   * Counts a connection, unless there are too many.
   *
   * @param listener the listener that it came to
   * @param client where it came from
   * @return null when it was counted, else which limit is reached
   */
  String add(String listener, InetAddress client) {
    int most = limits.most();
    int ofListener = limits.mostOf(listener);
    int fromAddress = limits.mostFrom(client);
    String refusal = null;
    if (all.incrementAndGet() > most) {
      refusal = "the limit is max.connections=" + most + ", or half of the descriptors of the process";
    }
    if (perListener.merge(listener, 1, Integer::sum) > ofListener) {
      refusal = "the limit is listener.name." + listener.toLowerCase(java.util.Locale.ROOT) + ".max.connections=" + ofListener;
    }
    if (perAddress.merge(client, 1, Integer::sum) > fromAddress) {
      refusal = "the limit is max.connections.per.ip=" + fromAddress + ", or its override";
    }
    if (refusal != null) {
      remove(listener, client);
    }
    return refusal;
  }

  /** Counts a connection that was counted before, by another object, also when there are too many. */
  void addKnown(String listener, InetAddress client) {
    all.incrementAndGet();
    perListener.merge(listener, 1, Integer::sum);
    perAddress.merge(client, 1, Integer::sum);
  }

  /** A connection that was counted has gone. */
  void remove(String listener, InetAddress client) {
    all.decrementAndGet();
    perListener.computeIfPresent(listener, (l, n) -> n > 1 ? n - 1 : null);
    perAddress.computeIfPresent(client, (a, n) -> n > 1 ? n - 1 : null);
  }
}
