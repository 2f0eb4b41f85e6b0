package io.margay.spi.consensus;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** The replicated log of commands. Safe for all threads. */
@ProviderType
public interface MetadataLog {
  /**
   * Connects the state machine: restores it from the newest snapshot, replays what follows, and applies commands from then on.
   * At most one is attached. Returns when everything that was committed before has been applied.
   *
   * @param machine the state machine
   */
  void attach(StateMachine machine);

  /**
   * Disconnects the state machine: no call to it is under way when this returns. Open proposals fail.
   *
   * @param machine the one that was attached
   */
  void detach(StateMachine machine);

  /**
   * Has a command put in order, made durable and applied. Allowed on the leader only.
   *
   * @param command the command; not changed afterwards
   * @return completes, on the applying thread and after {@link StateMachine#apply} has returned, with its result; exceptionally
   *     with {@link NotLeaderException}, with {@link java.util.concurrent.RejectedExecutionException} when too many wait, or
   *     with an {@link java.io.IOException} when it could not be made durable
   */
  CompletionStage<Object> propose(byte[] command);

  /** @return whether this node leads, so that proposals succeed */
  boolean isLeader();

  /** @return id of the node that leads, -1 when unknown */
  int leaderId();

  /** @return id of the cluster that the log belongs to, 22 characters; the same for all its nodes and for ever */
  String clusterId();

  /** Proposals are refused since another node leads, or none. */
  final class NotLeaderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param message who leads, as far as known */
    public NotLeaderException(String message) {
      super(message);
    }
  }
}
