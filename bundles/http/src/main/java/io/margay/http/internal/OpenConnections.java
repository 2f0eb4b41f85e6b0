package io.margay.http.internal;

import io.margay.model.LineLimit;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open connections, limited in all and from each address. Safe for all threads. */
final class OpenConnections {
  private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);

  private final ConnectionLimits limits;
  private final LineLimit lines;
  private final AtomicInteger count = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();
  private final Set<Connection> all = ConcurrentHashMap.newKeySet();

  OpenConnections(ConnectionLimits limits, LineLimit lines) {
    this.limits = limits;
    this.lines = lines;
  }

  /** Adds a connection, unless there are too many, which is logged. @return whether it was added */
  boolean add(Connection connection, InetAddress client) {
    int most = limits.maxConnections();
    int mostFromOne = limits.maxConnectionsPerAddress();
    String refusal = null;
    if (count.incrementAndGet() > most) {
      refusal = "the limit is margay.http.max.connections=" + most;
    }
    if (perAddress.merge(client, 1, Integer::sum) > mostFromOne) {
      refusal = "the limit is margay.http.max.connections.per.ip=" + mostFromOne;
    }
    if (refusal == null) {
      all.add(connection);
      return true;
    }
    uncount(client);
    long held = lines.pass("too many connections");
    if (held != LineLimit.HELD) {
      LOG.warn("Refusing an HTTP connection: {} client={} sinceLast={}", refusal, client.getHostAddress(), held);
    }
    return false;
  }

  /** Removes a connection that was added. */
  void remove(Connection connection, InetAddress client) {
    all.remove(connection);
    uncount(client);
  }

  private void uncount(InetAddress client) {
    count.decrementAndGet();
    perAddress.computeIfPresent(client, (a, n) -> n > 1 ? n - 1 : null);
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  void forEach(Consumer<Connection> what) {
    all.forEach(what);
  }
}
