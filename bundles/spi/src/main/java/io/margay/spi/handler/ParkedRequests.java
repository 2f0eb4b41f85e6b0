package io.margay.spi.handler;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The requests of a handler that wait, so that they are answered when the handler leaves. As many as clients may have in flight; each reserves
 * what it keeps. Safe for all threads.
 *
 * @param <R> what stands for a request
 */
public final class ParkedRequests<R> {
  private final Set<R> parked = ConcurrentHashMap.newKeySet();
  private final Consumer<R> answer;
  private volatile boolean closed;

  /** @param answer answers a request at once, unless it was answered meanwhile */
  public ParkedRequests(Consumer<R> answer) {
    this.answer = answer;
  }

  /**
   * Adds a request before it waits.
   *
   * @param request the request
   * @return false when the handler leaves, so that the request has to be answered now
   */
  public boolean add(R request) {
    parked.add(request);
    if (closed) {
      parked.remove(request);
      return false;
    }
    return true;
  }

  /** @param request one that does not wait any more */
  public void remove(R request) {
    parked.remove(request);
  }

  /** @return whether the handler leaves */
  public boolean closed() {
    return closed;
  }

  /** Answers all, and lets those that come later not wait. */
  public void close() {
    closed = true;
    parked.forEach(answer);
  }
}
