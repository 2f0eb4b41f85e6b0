package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Applies changes of settings. Names and values were checked by the proposer, who knows the definitions. */
public final class ConfigCommands {
  private static final Set<String> RULES = Set.of("min.insync.replicas", "unclean.leader.election.enable");

  private ConfigCommands() { }

  static List<Outcome> alter(ClusterState state, AlterConfigs command) {
    List<Outcome> outcomes = new ArrayList<>(command.changes().size());
    for (ConfigChange change : command.changes()) {
      ConfigResource resource = change.resource();
      if (resource.type() == ConfigResource.Type.TOPIC && !state.topics().containsKey(resource.name())) {
        outcomes.add(Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION));
      } else {
        state.setConfig(resource, edited(state.config(resource), change));
        outcomes.add(Outcome.OK);
      }
    }
    if (command.changes().stream().flatMap(c -> c.edits().stream()).anyMatch(e -> RULES.contains(e.name()))
        || command.changes().stream().anyMatch(ConfigChange::replaceAll)) {
      applyRules(state);
    }
    return outcomes;
  }

  /** Where a smaller ISR is enough now, nobody outside of it is eligible; and where unclean elections are allowed now, one is made. */
  private static void applyRules(ClusterState state) {
    TopicRules rules = new TopicRules(state);
    state.changePartitions((topic, p) -> p.leader().equals(BrokerId.NONE) || !p.members().elr().isEmpty()
        ? Elections.elect(p, rules.of(topic)) : p);
  }

  /** The overrides of a resource after a change. */
  public static Map<String, String> edited(Map<String, String> overrides, ConfigChange change) {
    Map<String, String> result = new TreeMap<>(change.replaceAll() ? Map.of() : overrides);
    for (ConfigEdit edit : change.edits()) {
      String current = result.getOrDefault(edit.name(), edit.whenUnset());
      switch (edit.operation()) {
        case SET -> result.put(edit.name(), edit.value());
        case DELETE -> result.remove(edit.name());
        case APPEND -> {
          Set<String> list = elements(current);
          list.addAll(elements(edit.value()));
          result.put(edit.name(), String.join(",", list));
        }
        case SUBTRACT -> {
          Set<String> list = elements(current);
          list.removeAll(elements(edit.value()));
          result.put(edit.name(), String.join(",", list));
        }
        default -> throw new IllegalStateException("unknown operation " + edit.operation());
      }
    }
    return result;
  }

  private static Set<String> elements(String list) {
    Set<String> elements = new LinkedHashSet<>();
    if (list != null && !list.isBlank()) {
      Arrays.stream(list.split(",")).map(String::trim).forEach(elements::add);
    }
    return elements;
  }
}
