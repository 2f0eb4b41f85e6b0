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
   * @return the result that the proposer gets; may be null
   */
  Object apply(long index, long timestampMs, byte[] command);

  /** @return the whole state as bytes, after the last applied command */
  byte[] snapshot();

  /**
   * Replaces the state.
   *
   * @param index the last command that the snapshot holds
   * @param snapshot what {@link #snapshot} gave before
   */
  void restore(long index, byte[] snapshot);

  /**
   * Told who leads, in order with the commands.
   *
   * @param leaderId the leader, -1 when there is none now
   * @param self whether that is this node
   */
  void onLeader(int leaderId, boolean self);
}
