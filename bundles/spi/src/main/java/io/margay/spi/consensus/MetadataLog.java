package io.margay.spi.consensus;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** The replicated log of commands. Safe for all threads. */
@ProviderType
public interface MetadataLog {
  /**
   * Connects the state machine: restores it from the newest snapshot, replays what follows, and applies commands from then on. At
   * most one is attached at a time. Returns when all commands committed before the call have been applied.
   *
   * @param machine the state machine
   */
  void attach(StateMachine machine);

  /**
   * Disconnects the state machine: no call to it is in progress when this returns. Open proposals fail.
   *
   * @param machine the attached state machine
   */
  void detach(StateMachine machine);

  /**
   * Orders a command, makes it durable and applies it. On a node that does not lead, a replicated log forwards it to the leader.
   * Proposals of one thread keep their order while the node leads.
   *
   * @param command the command; not changed afterwards
   * @return completes after {@link StateMachine#apply} has returned on the leader, with its result; this node may apply the command
   *     later than that. Completes exceptionally with what the state machine threw, or an exception with its message; with
   *     {@link NotLeaderException}, when the command may or may not have been applied; with
   *     {@link java.util.concurrent.RejectedExecutionException} when too many proposals wait; with
   *     {@link CommandTooLargeException}; or with an {@link java.io.IOException} when the command could not be made durable
   */
  CompletionStage<byte[]> propose(byte[] command);

  /** @return whether this node leads, so that proposals succeed */
  boolean isLeader();

  /** @return id of the node that leads, -1 when unknown */
  int leaderId();

  /** @return id of the cluster that the log belongs to, 22 characters; the same for all its nodes, and never changed */
  String clusterId();

  /** A command is larger than this log accepts; retries do not help. */
  final class CommandTooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** @param message its size, the limit, and the setting that sets it */
    public CommandTooLargeException(String message) {
      super(message);
    }
  }

  /** Proposals are refused because another node leads, or no node does. */
  final class NotLeaderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message who leads, as far as known */
    public NotLeaderException(String message) {
      super(message);
    }
  }
}
