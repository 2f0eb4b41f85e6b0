package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.MetadataLog.NotLeaderException;
import io.margay.spi.consensus.StateMachine;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Where the state machine is attached. While none is, what is applied waits, and the state of the last one is kept as a snapshot,
 * so that the next one continues from it. All calls to the machine are made with this object's monitor held.
 *
 * <p>A new log is founded once, with the metadata of a node that was alone, or with none. Until then no command has an effect, and no
 * node leads. Indexes of commands are those of Ratis plus {@code base}, so that they are above those of the time before.
 *
 * <p>Invariant: {@code machine} is null, or its state is that after {@code applied}; else {@code held} is that state, null for the
 * state before the first command. Before the log is founded, a machine may have the state that it will be founded with.
 */
final class MachineSlot {
  private StateMachine machine;
  private boolean preloaded;
  private byte[] held;
  private boolean founded;
  private long base;
  private long applied = -1;
  private long lastTimestampMs;
  private int leaderId = -1;
  private boolean self;
  private boolean closed;
  private long seed;
  private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
  private final CompletableFuture<Void> whenFounded = new CompletableFuture<>();

  /** The cluster was founded without the metadata that this node has. */
  static final class ForeignStateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ForeignStateException(String message) {
      super(message);
    }
  }

  /** Nothing is applied any more. */
  static final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ClosedException() {
      super("the metadata log is closed");
    }
  }

  /** @param withFormer whether the machine has the metadata of the time when this node was alone */
  synchronized void attach(StateMachine joined, boolean withFormer) {
    if (machine != null) {
      throw new IllegalStateException("a state machine is attached already: " + machine);
    }
    if (closed) {
      throw new IllegalStateException("the metadata log is closed");
    }
    if (held != null) {
      joined.restore(base + applied, held);
      held = null;
    }
    machine = joined;
    preloaded = withFormer && !founded;
    notifyAll();
  }

  /** Waits until what had the index when this was called is applied, and then says who leads. Called once, after attach. */
  synchronized void catchUp(long index, long timeoutMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while (!closed && applied < index) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        break;
      }
      await(left);
    }
    sayWhoLeads();
  }

  /** @return whether it was attached */
  synchronized boolean detach(StateMachine left) {
    if (machine != left) {
      return false;
    }
    // What was loaded before the log is founded is no state of the log.
    held = founded ? machine.snapshot() : null;
    machine = null;
    return true;
  }

  /**
   * Applies a command, when a machine is there and the log is founded.
   *
   * @return its result; null when it has no effect on any node, because the log is not founded
   * @throws ClosedException when this was closed first: the command is not applied, and its index must not count as applied
   */
  synchronized byte[] apply(long index, long timestampMs, byte[] command) {
    while (founded && machine == null && !closed) {
      await(0);
    }
    if (closed) {
      throw new ClosedException();
    }
    if (!founded) {
      passed(index);
      return null;
    }
    lastTimestampMs = Math.max(lastTimestampMs, timestampMs);
    try {
      return machine.apply(base + index, lastTimestampMs, command);
    } finally {
      passed(index);
    }
  }

  /** Keeps a part of the first state. A part of another seed replaces those that came before: its node has started again. */
  synchronized void part(long index, ByteBuffer part) {
    if (!founded) {
      long of = part.getLong();
      if (of != seed) {
        parts.reset();
        seed = of;
      }
      parts.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
    }
    passed(index);
  }

  /**
   * Founds the cluster with the parts that came.
   *
   * @return false when parts are missing
   * @throws ForeignStateException when this node has other metadata, which would be lost
   */
  synchronized boolean found(long index, ByteBuffer found) {
    passed(index);
    if (founded) {
      return true;
    }
    byte[] state = found.getLong() == seed ? parts.toByteArray() : new byte[0];
    long firstBase = found.getLong();
    long timestampMs = found.getLong();
    if (state.length != found.getInt()) {
      return false;
    }
    if (preloaded && state.length == 0) {
      throw new ForeignStateException("the cluster was founded without the metadata that this node has from the time when it was alone");
    }
    parts.reset();
    restore(new SavedState(true, firstBase, index, timestampMs, state));
    sayWhoLeads();
    return true;
  }

  /** The log has come to an index without a command for the machine. */
  synchronized void passed(long index) {
    applied = Math.max(applied, index);
    notifyAll();
  }

  synchronized void leader(int id, boolean isSelf) {
    if (closed || leaderId == id && self == isSelf) {
      return;
    }
    leaderId = id;
    self = isSelf;
    sayWhoLeads();
  }

  private void sayWhoLeads() {
    if (machine != null) {
      machine.onLeader(leaderId, self && founded);
    }
  }

  synchronized boolean leads() {
    return self && founded && machine != null && !closed;
  }

  synchronized boolean attached() {
    return machine != null;
  }

  synchronized boolean founded() {
    return founded;
  }

  /** Completes when the cluster has its first state, as far as this node knows. */
  CompletionStage<Void> whenFounded() {
    return whenFounded.minimalCompletionStage();
  }

  synchronized int leaderId() {
    return closed ? -1 : leaderId;
  }

  /** A snapshot of the state after the last command. */
  synchronized SavedState save() {
    byte[] state = !founded ? null : machine != null ? machine.snapshot() : held;
    return new SavedState(founded, base, applied, lastTimestampMs, state == null ? new byte[0] : state);
  }

  /** Replaces the state. An empty one is that before the first command, which a machine that is attached has already. */
  synchronized void restore(SavedState saved) {
    applied = saved.index();
    base = saved.base();
    founded = saved.founded();
    lastTimestampMs = Math.max(lastTimestampMs, saved.timestampMs());
    if (saved.state().length > 0) {
      if (machine != null) {
        machine.restore(base + applied, saved.state());
      } else {
        held = saved.state();
      }
    }
    notifyAll();
    if (founded) {
      // not here: what waits for it calls Ratis, which must not happen with this monitor held
      whenFounded.completeAsync(() -> null);
    }
  }

  /** Nothing is applied from now on. A machine that leads is told that it does not any more, since what it proposes has no effect. */
  synchronized void close() {
    closed = true;
    self = false;
    leaderId = -1;
    sayWhoLeads();
    CompletableFuture.runAsync(() -> whenFounded.completeExceptionally(new NotLeaderException("the metadata log is closed")));
    notifyAll();
  }

  private void await(long ms) {
    try {
      wait(ms);
    } catch (InterruptedException e) {
      // the log's threads are interrupted when it is closed
      closed = true;
      Thread.currentThread().interrupt();
    }
  }
}
