package io.margay.transactions.internal.producerid;

import io.margay.protocol.Errors;
import io.margay.spi.controller.Controller;
import io.margay.spi.controller.Controller.ProducerIdBlock;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out producer ids from blocks that the controller reserves for this node, and fetches the next block before the current one
 * is used up. A request that arrives when none is left waits for it. Safe for all threads.
 */
public final class ProducerIds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProducerIds.class);
  private static final int MOST_WAITERS = 10_000;

  /** Receives an id. Called once, on any thread, without locks. */
  @FunctionalInterface
  public interface Taker {
    /** The id, when {@code error} is NONE. */
    void take(Errors error, long producerId);
  }

  private final Controller controller;
  private final ArrayDeque<Taker> waiting = new ArrayDeque<>();
  private long next;
  private long end;
  private long prefetchAt;
  private ProducerIdBlock prefetched;
  private boolean fetching;
  private boolean closed;

  /** @param controller where blocks come from */
  public ProducerIds(Controller controller) {
    this.controller = controller;
  }

  /** Gives the next id, at once when one is available. */
  public void next(Taker taker) {
    long id = -1;
    boolean fetch = false;
    boolean refused = false;
    synchronized (this) {
      if (closed || waiting.size() >= MOST_WAITERS) {
        refused = true;
      } else {
        id = takeOrMinusOne();
        if (id < 0) {
          waiting.add(taker);
        }
        fetch = beginFetch();
      }
    }
    if (fetch) {
      fetch();
    }
    if (refused) {
      taker.take(Errors.COORDINATOR_LOAD_IN_PROGRESS, -1);
    } else if (id >= 0) {
      taker.take(Errors.NONE, id);
    }
  }

  private long takeOrMinusOne() {
    if (next == end && prefetched != null) {
      next = prefetched.first();
      end = next + prefetched.size();
      prefetchAt = next + prefetched.size() * 9L / 10;
      prefetched = null;
    }
    return next == end ? -1 : next++;
  }

  private boolean beginFetch() {
    if (fetching || prefetched != null || next < end && next < prefetchAt) {
      return false;
    }
    fetching = true;
    return true;
  }

  private void fetch() {
    CompletionStage<ProducerIdBlock> answer;
    try {
      answer = controller.allocateProducerIds();
    } catch (RuntimeException | Error e) {
      answer = CompletableFuture.failedStage(e);
    }
    answer.whenComplete((block, failure) -> {
      if (failure == null && block != null && block.size() > 0) {
        fetched(block);
      } else {
        LOG.warn("The controller gave no producer ids", failure);
        failed();
      }
    });
  }

  /** One receiver's exception does not affect the others. */
  private static void give(Taker taker, Errors error, long id) {
    try {
      taker.take(error, id);
    } catch (RuntimeException | Error e) {
      LOG.error("A producer id could not be given", e);
    }
  }

  private void fetched(ProducerIdBlock block) {
    synchronized (this) {
      fetching = false;
      prefetched = block;
    }
    for (;;) {
      Taker taker;
      long id;
      boolean fetch;
      synchronized (this) {
        if (waiting.isEmpty()) {
          return;
        }
        id = takeOrMinusOne();
        taker = id < 0 ? null : waiting.poll();
        fetch = beginFetch();
      }
      if (fetch) {
        fetch();
      }
      if (taker == null) {
        return;
      }
      give(taker, Errors.NONE, id);
    }
  }

  /** Clients retry, so this does not. */
  private void failed() {
    ArrayDeque<Taker> refused;
    synchronized (this) {
      fetching = false;
      refused = new ArrayDeque<>(waiting);
      waiting.clear();
    }
    refused.forEach(taker -> give(taker, Errors.COORDINATOR_LOAD_IN_PROGRESS, -1));
  }

  /** Refuses the waiting requests, and all later ones. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    failed();
  }
}
