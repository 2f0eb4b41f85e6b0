package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ConfigRules;
import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.LogLevels;
import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Alters settings. Each resource is checked by itself, and succeeds or fails by itself. */
final class ConfigAlterations {
  /**
   * One resource of a request.
   *
   * @param type code of its kind
   * @param name its name
   * @param edits what to do
   */
  record Asked(byte type, String name, List<ConfigEdit> edits) {
    /** Two are equal when they are about the same resource. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Asked asked && asked.type == type && asked.name.equals(name);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + type;
    }
  }

  private final ControllerRuntime controller;
  private final LogLevels levels;
  private final ConfigRules rules;

  /** @param levels the log levels; null when they cannot be changed this way */
  ConfigAlterations(ControllerRuntime controller, LogLevels levels) {
    this.controller = controller;
    this.levels = levels;
    this.rules = controller.planner().rules();
  }

  /**
   * Alters settings.
   *
   * @param request tells what the client may alter
   * @param asked the resources
   * @param replaceAll whether what is not among the edits goes
   * @param validateOnly whether to check and do nothing
   * @return one outcome per resource
   */
  CompletionStage<List<Outcome>> alter(Request request, List<Asked> asked, boolean replaceAll, boolean validateOnly) {
    ClusterImage image = controller.image();
    Set<Asked> twice = twice(asked);
    long grownBytes = 0;
    Outcome[] outcomes = new Outcome[asked.size()];
    List<ConfigChange> changes = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < outcomes.length; i++) {
      Asked one = asked.get(i);
      outcomes[i] = Outcome.OK;
      try {
        if (twice.contains(one)) {
          throw new RefusedException(Errors.INVALID_REQUEST, "Each resource must appear at most once");
        }
        ConfigResources.checkAccess(request, AclOperation.ALTER_CONFIGS, ConfigResources.of(one.type(), one.name()));
        ConfigRules.Resolved resolved = check(image, one, replaceAll, validateOnly);
        if (resolved != null) {
          controller.planner().limits().checkConfigs(image, grownBytes + resolved.grownBytes());
          grownBytes += resolved.grownBytes();
          changes.add(resolved.change());
          places.add(i);
        }
      } catch (RefusedException e) {
        outcomes[i] = e.outcome();
      }
    }
    int at = listeners(changes);
    CompletionStage<Outcome> checked = at < 0 ? AdminHandler.now(null)
        : controller.listenerCheck().refusal(changes.get(at), image.config(changes.get(at).resource()));
    return checked.thenCompose(refusal -> {
      if (refusal != null) {
        outcomes[places.remove(at)] = refusal;
        changes.remove(at);
      }
      return validateOnly || changes.isEmpty() ? AdminHandler.now(List.of(outcomes)) : propose(changes, places, outcomes);
    });
  }

  /** Place of the change of this broker's listeners, or -1. There is at most one, because resources are named once. */
  private int listeners(List<ConfigChange> changes) {
    for (int i = 0; i < changes.size(); i++) {
      if (controller.listenerCheck().concerns(changes.get(i))) {
        return i;
      }
    }
    return -1;
  }

  private CompletionStage<List<Outcome>> propose(List<ConfigChange> changes, List<Integer> places, Outcome[] outcomes) {
    return controller.<List<Outcome>>propose(new AlterConfigs(changes))
        .exceptionally(e -> Collections.nCopies(changes.size(), ControllerRuntime.error(e)))
        .thenApply(applied -> {
          for (int i = 0; i < places.size(); i++) {
            outcomes[places.get(i)] = applied.get(i);
          }
          return List.of(outcomes);
        });
  }

  private static Set<Asked> twice(List<Asked> asked) {
    Set<Asked> seen = new HashSet<>();
    Set<Asked> twice = new HashSet<>();
    for (Asked one : asked) {
      if (!seen.add(one)) {
        twice.add(one);
      }
    }
    return twice;
  }

  /** The change to propose, or null when there is nothing for the metadata log in it. */
  private ConfigRules.Resolved check(ClusterImage image, Asked asked, boolean replaceAll, boolean validateOnly) {
    ConfigResource resource = ConfigResources.of(asked.type(), asked.name());
    switch (resource.type()) {
      case TOPIC -> ConfigResources.checkTopic(image, resource.name());
      case BROKER -> ConfigResources.checkRegistered(image, controller.settings().nodeId(), resource.name());
      case GROUP, CLIENT_METRICS -> ConfigResources.checkNotEmpty(resource);
      case BROKER_LOGGER -> {
        ConfigResources.checkSelf(controller.settings().nodeId(), resource.name(), false);
        if (levels == null) {
          throw new RefusedException(Errors.INVALID_REQUEST, "Log levels are altered with IncrementalAlterConfigs only.");
        }
        LoggerConfigs.alter(levels, asked.edits(), validateOnly);
        return null;
      }
      default -> throw new RefusedException(Errors.INVALID_REQUEST,
          "Resource type " + resource.type() + " cannot be altered here.");
    }
    ConfigResource canonical = resource.type() == ConfigResource.Type.BROKER && !resource.name().isEmpty()
        ? ConfigResource.broker(ConfigResources.broker(resource.name()).value()) : resource;
    return rules.resolve(new ConfigChange(canonical, replaceAll, asked.edits()), image.config(canonical));
  }
}
