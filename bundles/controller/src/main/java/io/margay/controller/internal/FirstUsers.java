package io.margay.controller.internal;

import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.metadata.ConfigResource;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.security.Scram;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The users that a new cluster begins with, so that an administrator can log in and create others. Stateless. */
final class FirstUsers {
  /** One element of the setting. */
  static final String USER = "(SCRAM-SHA-256|SCRAM-SHA-512)=\\[name=([^,\\]]+),password=([^,\\]]+)\\]";
  private static final Pattern PATTERN = Pattern.compile(USER);

  private FirstUsers() { }

  /** The command that makes them, if there are any. */
  static Optional<Command> of(NodeSettings settings) {
    String text = settings.get(ControllerSettings.MARGAY_BOOTSTRAP_USERS);
    if (text == null) {
      return Optional.empty();
    }
    Map<String, List<ConfigEdit>> edits = new TreeMap<>();
    for (Matcher m = PATTERN.matcher(text); m.find();) {
      String credential = Scram.forName(m.group(1)).credential(m.group(3), Scram.MIN_ITERATIONS).encode();
      edits.computeIfAbsent(m.group(2), user -> new ArrayList<>()).add(new ConfigEdit(m.group(1), Operation.SET, credential, null));
    }
    List<ConfigChange> changes = new ArrayList<>();
    edits.forEach((user, of) -> changes.add(new ConfigChange(ConfigResource.user(user), false, of)));
    return changes.isEmpty() ? Optional.empty() : Optional.of(new AlterConfigs(changes));
  }
}
