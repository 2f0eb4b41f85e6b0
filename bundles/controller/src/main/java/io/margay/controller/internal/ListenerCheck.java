package io.margay.controller.internal;

import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.ConfigCommands;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.BoundListeners;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Refuses listeners of this broker that are not valid or cannot be bound, before they are stored: a stored value counts before those of the
 * environment and the files. Those of another broker are for it to check; Kafka's clients send them there. Safe for all threads.
 */
public final class ListenerCheck {
  private final NodeSettings settings;
  private volatile BoundListeners bound;

  ListenerCheck(NodeSettings settings) {
    this.settings = settings;
  }

  /** @param now the server, or null while it is not there: then only what is written is checked */
  void bound(BoundListeners now) {
    bound = now;
  }

  /** Whether a change is about the listeners of this broker. */
  public boolean concerns(ConfigChange change) {
    BrokerId self = settings.nodeId();
    return change.resource().equals(ConfigResource.broker(self.value()))
        && change.edits().stream().anyMatch(edit -> NodeSettings.LISTENER_SETTINGS.contains(edit.name()));
  }

  /**
   * Checks a change that {@link #concerns} them.
   *
   * @param change the change, resolved
   * @param overrides what the broker has now
   * @return completes with null, or with the refusal
   */
  public CompletionStage<Outcome> refusal(ConfigChange change, Map<String, String> overrides) {
    NodeSettings.Listeners would;
    try {
      would = settings.listenersWith(ConfigCommands.edited(overrides, change));
    } catch (InvalidSettingException e) {
      return CompletableFuture.completedFuture(new Outcome(Errors.INVALID_CONFIG, e.getMessage()));
    }
    BoundListeners server = bound;
    if (server == null || would.bound().equals(settings.listeners())) {
      return CompletableFuture.completedFuture(null);
    }
    return server.refusal(List.copyOf(would.bound())).thenApply(why -> why == null ? null : new Outcome(Errors.INVALID_CONFIG, why));
  }
}
