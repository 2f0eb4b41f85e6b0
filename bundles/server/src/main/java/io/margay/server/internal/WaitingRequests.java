package io.margay.server.internal;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Requests that wait for a service that is being replaced, in the order in which they came, bounded in number and time. Safe for all
 * threads; a request leaves once.
 */
final class WaitingRequests {
  static final int MAX_WAITING = 10_000;

  private final ConcurrentLinkedQueue<RoutedRequest> requests = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  /**
   * Lets a request wait. On its event loop.
   *
   * @param there whether the service is there, for the case that it came just now
   * @param waitMs how long, in milliseconds
   * @param timedOut called when the service did not come in time
   * @return false when too many wait
   */
  boolean park(RoutedRequest request, BooleanSupplier there, long waitMs, Runnable timedOut) {
    if (count.incrementAndGet() > MAX_WAITING) {
      count.decrementAndGet();
      return false;
    }
    request.parked();
    requests.add(request);
    request.onCancel(() -> {
      if (leave(request)) {
        request.respondNothing();
      }
    });
    if (there.getAsBoolean() && leave(request)) {
      request.executor().execute(request::resume);
      return true;
    }
    request.later(waitMs, TimeUnit.MILLISECONDS, () -> {
      if (leave(request)) {
        timedOut.run();
      }
    });
    return true;
  }

  private boolean leave(RoutedRequest request) {
    if (!requests.remove(request)) {
      return false;
    }
    count.decrementAndGet();
    return true;
  }

  /** The service is there: all that wait go on, in their order. */
  void resume() {
    end(RoutedRequest::resume);
  }

  /** Gives all back to where they came from. */
  void handBack() {
    end(RoutedRequest::handBack);
  }

  private void end(Consumer<RoutedRequest> how) {
    for (RoutedRequest r; (r = requests.poll()) != null;) {
      count.decrementAndGet();
      RoutedRequest waited = r;
      waited.executor().execute(() -> how.accept(waited));
    }
  }

  /** @return how many wait */
  int size() {
    return count.get();
  }
}
