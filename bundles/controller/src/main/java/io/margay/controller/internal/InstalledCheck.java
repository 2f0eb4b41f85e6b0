package io.margay.controller.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.log.LogSettings;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.partitioner.PartitionerSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which of the engines and strategies that the settings name are not installed. They may come later, so this is a warning; without it the
 * first sign would be a topic that cannot be created.
 */
final class InstalledCheck {
  private InstalledCheck() { }

  /**
   * @param engines names of the storage engines that are there
   * @param placements names of the placement strategies
   * @param partitioners names of the partitioners
   * @return one sentence for each that is missing
   */
  static List<String> missing(NodeSettings settings, Collection<String> engines, Collection<String> placements,
      Collection<String> partitioners) {
    List<String> missing = new ArrayList<>();
    check(missing, "storage engine", LogSettings.MARGAY_STORAGE_ENGINE.name(),
        settings.topic(Map.of()).get(LogSettings.MARGAY_STORAGE_ENGINE), engines);
    check(missing, "placement strategy", ControllerSettings.MARGAY_PLACEMENT.name(), settings.get(ControllerSettings.MARGAY_PLACEMENT),
        placements);
    check(missing, "partitioner", PartitionerSettings.MARGAY_PARTITIONER.name(),
        PartitionerChoice.parse(settings.topic(Map.of()).get(PartitionerSettings.MARGAY_PARTITIONER)).name(), partitioners);
    return missing;
  }

  private static void check(List<String> missing, String what, String setting, String name, Collection<String> installed) {
    if (!installed.contains(name)) {
      missing.add("there is no " + what + " " + name + ", which " + setting + " names; "
          + (installed.isEmpty() ? "none is installed" : "installed are " + String.join(", ", new TreeSet<>(installed))));
    }
  }
}
