package io.margay.server.internal;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What the connections of one event loop share: the list of them, their credit of memory, what is counted, and a task every half second that looks at
 * all of them. Owned by the event loop, except {@link #forEach}.
 */
final class LoopState {
  private static final long SWEEP_MS = 500;

  private final EventLoop loop;
  private final Server server;
  private final LoopCredit credit;
  private final RequestCounts counts = new RequestCounts();
  private final List<Connection> connections = new ArrayList<>();
  private boolean sweeping;

  LoopState(EventLoop loop, Server server) {
    this.loop = loop;
    this.server = server;
    this.credit = new LoopCredit(server.memory().frames());
  }

  LoopCredit credit() {
    return credit;
  }

  RequestCounts counts() {
    return counts;
  }

  void add(Connection c) {
    c.index(connections.size());
    connections.add(c);
    if (!sweeping) {
      sweeping = true;
      later();
    }
  }

  void remove(Connection c) {
    int index = c.index();
    Connection last = connections.remove(connections.size() - 1);
    if (last != c) {
      connections.set(index, last);
      last.index(index);
    }
  }

  /** @return how many connections there are */
  int size() {
    return connections.size();
  }

  private void later() {
    loop.schedule(() -> {
      if (connections.isEmpty()) {
        sweeping = false;
        credit.giveAll();
        return;
      }
      sweep(System.nanoTime());
      later();
    }, SWEEP_MS, TimeUnit.MILLISECONDS);
  }

  /** Looks at each connection: idle ones are closed, and those that hold memory without getting on while others wait for it. */
  void sweep(long nowNanos) {
    RequestMemory memory = server.memory();
    boolean scarce = memory.frames().contended() || memory.work().contended() || memory.work().spent();
    if (scarce) {
      credit.giveAll();
    }
    long maxIdleMs = server.maxIdleMs();
    long minBytes = server.minBytesPerSecond() * SWEEP_MS / 1000;
    for (int i = connections.size() - 1; i >= 0; i--) {
      if (i < connections.size()) {
        connections.get(i).look(nowNanos, maxIdleMs, minBytes, scarce);
      }
    }
  }

  /**
   * Runs something for each connection, on the event loop, soon.
   *
   * @return completes when it was done, also when the event loop has ended
   */
  CompletableFuture<Void> forEach(Consumer<Connection> action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try {
      loop.execute(() -> {
        try {
          List.copyOf(connections).forEach(action);
        } finally {
          done.complete(null);
        }
      });
    } catch (RejectedExecutionException e) {
      connections.clear();
      done.complete(null);
    }
    return done;
  }
}
