package io.margay.telemetry.internal;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntSupplier;

/**
 * The clients with a subscription: at most {@code margay.telemetry.clients.max}, of which the one that was silent for longest is forgotten
 * first. Those that are gone are forgotten when others come. Safe for all threads.
 */
final class ClientInstances {
  private static final long GONE_MS = 60_000;

  private final IntSupplier max;
  /** In the order of their last request, the oldest first. Guarded by this. */
  private final Map<UUID, ClientInstance> instances = new LinkedHashMap<>(16, 0.75f, true);

  ClientInstances(IntSupplier max) {
    this.max = max;
  }

  /**
   * A client's instance with the newest subscriptions; a client without any is not remembered.
   *
   * @param subscriptions the newest
   */
  synchronized ClientInstance of(Client client, Subscriptions subscriptions, long nowMs) {
    ClientInstance known = instances.get(client.instance());
    if (known != null && known.from == subscriptions) {
      return known;
    }
    ClientInstance created = new ClientInstance(subscriptions, subscriptions.of(client));
    instances.remove(client.instance());
    if (!created.subscription.metrics().isEmpty()) {
      makeRoom(nowMs);
      instances.put(client.instance(), created);
    }
    return created;
  }

  private void makeRoom(long nowMs) {
    Iterator<ClientInstance> oldest = instances.values().iterator();
    while (oldest.hasNext() && (instances.size() >= max.getAsInt() | oldest.next().isGone(nowMs, GONE_MS))) {
      oldest.remove();
    }
  }

  synchronized int size() {
    return instances.size();
  }
}
