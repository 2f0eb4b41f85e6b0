package io.margay.spi.consensus;

import org.osgi.annotation.versioning.ConsumerType;

/** What commands are applied to. All calls come from one thread at a time. */
@ConsumerType
public interface StateMachine {
  /**
   * Applies a committed command. Deterministic: the effect depends only on the state, the command and the given time. Never throws
   * for a command that is refused: the refusal is the result.
   *
   * @param index the command's index in the log; rises from call to call
   * @param timestampMs when it was proposed, milliseconds since the epoch
   * @param command the command
   * @return the result for the proposer, as bytes that may be sent to another node; never null
   * @throws UnsupportedCommandException when this software does not know such commands: the log stops, because continuing without
   *     the command would make this node's state differ from that of other nodes
   */
  byte[] apply(long index, long timestampMs, byte[] command);

  /** @return the whole state as bytes, after the last applied command; empty only for the state before the first one */
  byte[] snapshot();

  /**
   * Replaces the state.
   *
   * @param index the last command that the snapshot holds
   * @param snapshot what {@link #snapshot} returned earlier
   */
  void restore(long index, byte[] snapshot);

  /**
   * Reports the leader, in order with the commands.
   *
   * @param leaderId the leader, -1 when there is none
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
