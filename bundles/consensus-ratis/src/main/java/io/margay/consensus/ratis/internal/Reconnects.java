package io.margay.consensus.ratis.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/**
 * Replaces the connections to the other nodes every two seconds while none leads. gRPC waits longer and longer, up to two minutes, before it connects to a node
 * again that was away, and until then votes cannot be asked of it. What is under way on the former connection has three seconds to end.
 */
final class Reconnects implements AutoCloseable {
  /** Longer than an election takes where nothing is slow. */
  private static final long PAUSE_MS = 2_000;

  private final RaftServer server;
  private final BooleanSupplier leaderKnown;
  private final Supplier<Collection<RaftPeerId>> others;
  private final RetryThread retries = new RetryThread("metadata-quorum-reconnect", this::reconnect);

  /** @param others the voters besides this node */
  Reconnects(RaftServer server, BooleanSupplier leaderKnown, Supplier<Collection<RaftPeerId>> others) {
    this.server = server;
    this.leaderKnown = leaderKnown;
    this.others = others;
  }

  void start() {
    retries.start(PAUSE_MS);
  }

  private long reconnect() {
    IOException why = new IOException("no node leads");
    List<CompletableFuture<Void>> replaced = new ArrayList<>();
    if (!leaderKnown.getAsBoolean()) {
      for (RaftPeerId node : others.get()) {
        // the end of a connection to a node that hangs is waited for, and the others need not wait for that
        replaced.add(CompletableFuture.runAsync(() -> server.getServerRpc().handleException(node, why, true)));
      }
    }
    CompletableFuture.allOf(replaced.toArray(CompletableFuture[]::new)).join();
    return PAUSE_MS;
  }

  @Override
  public void close() {
    retries.close();
  }
}
