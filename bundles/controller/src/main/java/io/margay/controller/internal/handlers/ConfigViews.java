package io.margay.controller.internal.handlers;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.NodeSettings.Given;
import io.margay.spi.config.Setting;
import java.util.List;
import java.util.Map;

/** How settings are shown to clients: secrets never are. */
final class ConfigViews {
  private final NodeSettings settings;

  ConfigViews(NodeSettings settings) {
    this.settings = settings;
  }

  /**
   * A setting as it is shown.
   *
   * @param name its name
   * @param value its text; null when there is none or it is secret
   * @param source code of where the value comes from
   * @param readOnly whether it cannot be changed while the broker runs
   * @param sensitive whether it is secret
   * @param given all places that give it a value, the one that counts first
   */
  record View(String name, String value, byte source, boolean readOnly, boolean sensitive, List<Given> given) {
    /** Whether clients see it. Those for tests they do not see unless they are set, as with Kafka. */
    boolean shown() {
      return value != null || !name.startsWith("internal.");
    }
  }

  /**
   * A setting of a resource.
   *
   * @param setting which
   * @param overrides what the resource sets itself; null for this broker
   */
  View view(Setting<?> setting, Map<String, String> overrides) {
    List<Given> given = settings.explain(setting, overrides);
    Given first = given.get(0);
    return new View(setting.name(), setting.secret() ? null : first.text(), first.source().code(),
        setting.update() == Setting.Update.AT_START, setting.secret(), given);
  }
}
