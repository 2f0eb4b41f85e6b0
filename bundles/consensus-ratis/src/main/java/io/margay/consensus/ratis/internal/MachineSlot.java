package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.StateMachine;
import java.util.concurrent.TimeUnit;

/**
 * Where the state machine is attached. While none is, what is applied waits, and the state of the last one is kept as a snapshot,
 * so that the next one goes on where it left off. All calls to the machine are made with this object's monitor held.
 *
 * <p>Invariant: {@code machine} is null, or its state is that after {@code applied}; else {@code held} is that state, null for the
 * state before the first command.
 */
final class MachineSlot {
  private StateMachine machine;
  private byte[] held;
  private long applied = -1;
  private long lastTimestampMs;
  private int leaderId = -1;
  private boolean self;
  private boolean closed;

  synchronized void attach(StateMachine joined) {
    if (machine != null) {
      throw new IllegalStateException("a state machine is attached already: " + machine);
    }
    if (closed) {
      throw new IllegalStateException("the metadata log is closed");
    }
    if (held != null) {
      joined.restore(applied, held);
      held = null;
    }
    machine = joined;
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
    if (machine != null) {
      machine.onLeader(leaderId, self);
    }
  }

  /** @return whether it was attached */
  synchronized boolean detach(StateMachine left) {
    if (machine != left) {
      return false;
    }
    held = machine.snapshot();
    machine = null;
    return true;
  }

  /**
   * Applies a command, when a machine is there.
   *
   * @return its result; null when this was closed before there was one
   */
  synchronized byte[] apply(long index, long timestampMs, byte[] command) {
    while (machine == null && !closed) {
      await(0);
    }
    if (machine == null) {
      return null;
    }
    lastTimestampMs = Math.max(lastTimestampMs, timestampMs);
    try {
      return machine.apply(index, lastTimestampMs, command);
    } finally {
      passed(index);
    }
  }

  /** The log has come to an index without a command for the machine. */
  synchronized void passed(long index) {
    applied = Math.max(applied, index);
    notifyAll();
  }

  synchronized void leader(int id, boolean isSelf) {
    if (leaderId == id && self == isSelf) {
      return;
    }
    leaderId = id;
    self = isSelf;
    if (machine != null) {
      machine.onLeader(id, isSelf);
    }
  }

  synchronized boolean leads() {
    return self && machine != null && !closed;
  }

  synchronized boolean attached() {
    return machine != null;
  }

  synchronized int leaderId() {
    return closed ? -1 : leaderId;
  }

  /** A snapshot of the state after the last command. */
  synchronized SavedState save() {
    byte[] state = machine != null ? machine.snapshot() : held;
    return new SavedState(applied, lastTimestampMs, state == null ? new byte[0] : state);
  }

  /** Replaces the state. An empty one is that before the first command, which a machine that is attached has already. */
  synchronized void restore(SavedState saved) {
    applied = saved.index();
    lastTimestampMs = Math.max(lastTimestampMs, saved.timestampMs());
    if (saved.state().length > 0) {
      if (machine != null) {
        machine.restore(applied, saved.state());
      } else {
        held = saved.state();
      }
    }
    notifyAll();
  }

  synchronized void close() {
    closed = true;
    self = false;
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
