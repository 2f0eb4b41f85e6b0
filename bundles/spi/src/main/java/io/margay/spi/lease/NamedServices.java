package io.margay.spi.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Services of one type by their property {@value #NAME_PROPERTY}, each of which may come, be replaced and go at any moment. Of
 * several with one name, the one with the highest {@code service.ranking} counts, then the newest. Safe for all threads.
 *
 * @param <T> the services' type
 */
public final class NamedServices<T> {
  /** The service property that holds the name. */
  public static final String NAME_PROPERTY = "name";

  private record Candidate<T>(T service, int ranking, long number) { }

  private static final class Slot<T> {
    private final ServiceHolder<T> holder;
    private final List<Candidate<T>> candidates = new ArrayList<>();
    /** Not under the lock: who holds a lease must never wait for somebody who waits for leases to end. */
    private final Queue<CompletableFuture<ServiceHolder.Lease<T>>> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean known;

    Slot(long drainMs) {
      holder = new ServiceHolder<>(drainMs);
    }
  }

  private final String kind;
  private final long drainMs;
  private final Map<String, Slot<T>> slots = new ConcurrentHashMap<>();
  private long number;

  /**
   * @param kind what these services are, for messages, such as "partitioner"
   * @param drainMs how long a service that leaves waits for its callers at the most, in milliseconds
   */
  public NamedServices(String kind, long drainMs) {
    this.kind = kind;
    this.drainMs = drainMs;
  }

  /**
   * A service has come: the bind method of a component calls this. Whoever waits for the name goes on, on this thread.
   *
   * @param service the service
   * @param properties its service properties
   * @throws IllegalArgumentException when it has no name
   */
  public void add(T service, Map<String, ?> properties) {
    if (!(properties.get(NAME_PROPERTY) instanceof String name)) {
      throw new IllegalArgumentException("a " + kind + " needs the service property " + NAME_PROPERTY + ": " + service);
    }
    int ranking = properties.get("service.ranking") instanceof Integer i ? i : 0;
    Slot<T> slot = slot(name);
    synchronized (this) {
      slot.candidates.add(new Candidate<>(service, ranking, number++));
      slot.known = true;
      choose(slot);
    }
    slot.waiting.forEach(future -> give(slot, future));
  }

  /**
   * A service goes: the unbind method of a component calls this. Waits, bounded, for those who use it.
   *
   * @param service the service
   */
  public synchronized void remove(T service) {
    slots.values().forEach(slot -> {
      if (slot.candidates.removeIf(c -> c.service() == service)) {
        choose(slot);
        slot.holder.clear(service);
      }
    });
  }

  /** Another one with the name takes over at once, so that callers never find nothing. */
  private void choose(Slot<T> slot) {
    slot.candidates.sort(Comparator.comparingInt((Candidate<T> c) -> c.ranking()).thenComparingLong(Candidate::number));
    if (!slot.candidates.isEmpty()) {
      T best = slot.candidates.get(slot.candidates.size() - 1).service();
      if (slot.holder.peek() != best) {
        slot.holder.set(best);
      }
    }
  }

  /**
   * @param name a name
   * @return the use of the service, closed once by the caller; null when it is not there
   */
  public ServiceHolder.Lease<T> lease(String name) {
    Slot<T> slot = slots.get(name);
    return slot == null ? null : slot.holder.lease();
  }

  /**
   * @param name a name
   * @param timeoutMs how long to wait at the most, in milliseconds
   * @return completes with the use of the service, closed once by the caller: at once when it is there, else on the thread that
   *     brings it; exceptionally with a {@link TimeoutException} that says what is missing
   */
  public CompletionStage<ServiceHolder.Lease<T>> await(String name, long timeoutMs) {
    ServiceHolder.Lease<T> now = lease(name);
    if (now != null) {
      return CompletableFuture.completedFuture(now);
    }
    CompletableFuture<ServiceHolder.Lease<T>> future = new CompletableFuture<>();
    Slot<T> slot = slot(name);
    slot.waiting.add(future);
    CompletableFuture<Void> timer = new CompletableFuture<Void>().completeOnTimeout(null, Math.max(0, timeoutMs),
        TimeUnit.MILLISECONDS);
    timer.thenRun(() -> {
      slot.waiting.remove(future);
      future.completeExceptionally(new TimeoutException(missing(name)));
    });
    // A timer that went on would hold the service, and with it the classes of a bundle that may be gone by then.
    future.whenComplete((lease, e) -> timer.cancel(false));
    // It may have come between the look and the entry in the list.
    give(slot, future);
    return future;
  }

  /** When it went again at once, whoever waits for it waits on. */
  private static <T> void give(Slot<T> slot, CompletableFuture<ServiceHolder.Lease<T>> future) {
    ServiceHolder.Lease<T> lease = slot.holder.lease();
    if (lease != null) {
      slot.waiting.remove(future);
      if (!future.complete(lease)) {
        lease.close();
      }
    }
  }

  private Slot<T> slot(String name) {
    return slots.computeIfAbsent(name, n -> new Slot<>(drainMs));
  }

  /**
   * @param name a name that is not there
   * @return what to tell people
   */
  public String missing(String name) {
    Set<String> names = names();
    return "there is no " + kind + " " + name + "; installed are " + (names.isEmpty() ? "none" : String.join(", ", names));
  }

  /**
   * @param name a name
   * @return whether a service with this name is there, or was: it may be away for a moment, as when its bundle is updated
   */
  public boolean known(String name) {
    Slot<T> slot = slots.get(name);
    return slot != null && slot.known;
  }

  /** @return the names that are there now, in ascending order */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    new HashMap<>(slots).forEach((name, slot) -> {
      if (slot.holder.peek() != null) {
        names.add(name);
      }
    });
    return names;
  }
}
