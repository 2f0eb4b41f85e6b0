package io.margay.spi.consensus;

import org.osgi.annotation.versioning.ConsumerType;

/** What commands are applied to. All calls come from one thread at a time. */
@ConsumerType
public interface StateMachine {
  /**
   * Applies a committed command. Deterministic: what it does depends on the state, the command and the time given, and on nothing
   * else. Never throws for a command that is refused: the refusal is the result.
   *
   * @param index the command's place in the log, rising
   * @param timestampMs when it was proposed, milliseconds since the epoch
   * @param command the command
   * @return the result that the proposer gets, as bytes that may travel to another node; never null
   * @throws UnsupportedCommandException when this software does not know such commands: the log stops, because going on without it
   *     would let this node's state differ from that of others
   */
  byte[] apply(long index, long timestampMs, byte[] command);

  /** @return the whole state as bytes, after the last applied command; empty only for the state before the first one */
  byte[] snapshot();

  /**
   * Replaces the state.
   *
   * @param index the last command that the snapshot holds
   * @param snapshot what {@link #snapshot} gave before
   */
  void restore(long index, byte[] snapshot);

  /**
   * Says who leads, in order with the commands.
   *
   * @param leaderId the leader, -1 when there is none now
   * @param self whether that is this node
   */
  void onLeader(int leaderId, boolean self);

  /** A command was written by newer software. */
  final class UnsupportedCommandException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** @param message what is not known, and what to do */
    public UnsupportedCommandException(String message) {
      super(message);
    }
  }
}
