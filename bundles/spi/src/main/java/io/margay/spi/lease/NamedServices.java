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
 * Services of one type, by their property {@value #NAME_PROPERTY}. Each may be registered, replaced and unregistered at any time.
 * Among services with the same name, the one with the highest {@code service.ranking} is used, then the newest. Safe for all
 * threads.
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
    /** Completed outside the lock: a thread that holds a lease must never wait for a thread that waits for leases to end. */
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
   * @param drainMs how long an unregistration waits for callers at most, in milliseconds
   */
  public NamedServices(String kind, long drainMs) {
    this.kind = kind;
    this.drainMs = drainMs;
  }

  /**
   * Adds a service; called by the bind method of a component. Callers that wait for the name continue on this thread.
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
   * Removes a service; called by the unbind method of a component. Waits, for a bounded time, for its callers.
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

  /** Another service with the name takes over at once, so that callers always find one. */
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
   * @return a lease on the service, which the caller closes once; null when there is no such service
   */
  public ServiceHolder.Lease<T> lease(String name) {
    Slot<T> slot = slots.get(name);
    return slot == null ? null : slot.holder.lease();
  }

  /**
   * @param name a name
   * @param timeoutMs how long to wait at most, in milliseconds
   * @return completes with a lease on the service, which the caller closes once: at once when the service is present, else on the
   *     thread that adds it; exceptionally with a {@link TimeoutException} that says what is missing
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
    // A timer that was not cancelled would hold the service, and with it the classes of a bundle that may be uninstalled by then.
    future.whenComplete((lease, e) -> timer.cancel(false));
    // The service may have been added between the check and the entry in the list.
    give(slot, future);
    return future;
  }

  /** When the service is removed again at once, its waiters keep waiting. */
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
   * @return a message that names the missing and the installed services
   */
  public String missing(String name) {
    Set<String> names = names();
    return "there is no " + kind + " " + name + "; installed are " + (names.isEmpty() ? "none" : String.join(", ", names));
  }

  /**
   * @param name a name
   * @return whether a service with this name is or was present: it may be absent for a moment, as when its bundle is updated
   */
  public boolean known(String name) {
    Slot<T> slot = slots.get(name);
    return slot != null && slot.known;
  }

  /** @return the names of the present services, in ascending order */
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
