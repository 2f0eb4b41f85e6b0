package io.margay.shell.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.NodeSettings.Given;
import io.margay.spi.config.NodeSettings.NotApplied;
import io.margay.spi.config.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** What {@code config:explain} tells about one setting. */
final class Explanation {
  private final Setting<?> setting;
  private final String topic;
  private final List<Given> given;
  private final List<NotApplied> notApplied;

  /**
   * @param setting which
   * @param topic the topic that is asked about, or null
   * @param overrides what is set on it, or null
   */
  Explanation(NodeSettings settings, Setting<?> setting, String topic, Map<String, String> overrides) {
    this.setting = setting;
    this.topic = topic;
    boolean ofNode = setting.scope() == Setting.Scope.BROKER;
    given = settings.explain(setting, overrides == null && !ofNode ? Map.of() : overrides);
    TreeSet<String> names = new TreeSet<>(setting.synonyms());
    if (ofNode) {
      names.add(setting.name());
    }
    notApplied = settings.notApplied().stream().filter(n -> names.contains(n.name())).toList();
  }

  void print(Page page) {
    Given first = given.get(0);
    page.fact("setting", setting.name())
        .fact("of", setting.scope().name().toLowerCase(Locale.ROOT) + (topic == null ? "" : " " + topic))
        .fact("value", shown(first.text()))
        .fact("source", ConfigCommands.source(first.source().code()))
        .fact("setBy", first.origin())
        .fact("default", shown(given.get(given.size() - 1).text()))
        .fact("applied", setting.effective() && notApplied.isEmpty());
    String why = why();
    if (why != null) {
      page.fact("notAppliedBecause", why);
    }
    page.fact("changes", switch (setting.update()) {
      case AT_START -> "at the next start";
      case PER_BROKER -> "at once, for each broker";
      case CLUSTER_WIDE -> "at once, for the cluster";
    }).fact("type", setting.type().expected()).fact("expected", setting.expected())
        .fact("documentation", setting.documentation())
        .table("sources", sources())
        .print();
  }

  /** Why what was given does not count, or null. */
  private String why() {
    if (!setting.effective()) {
      return "it is accepted so that configurations of Kafka's work, and does nothing here";
    }
    return notApplied.isEmpty() ? null
        : String.join("; ", notApplied.stream().map(n -> n.origin() + ": " + n.why()).toList());
  }

  private Table sources() {
    Table table = new Table("value", "setBy", "name", "source", "state");
    for (int i = 0; i < given.size(); i++) {
      Given g = given.get(i);
      table.row(shown(g.text()), g.origin(), g.name(), ConfigCommands.source(g.source().code()), i == 0 ? "counts" : "overridden");
    }
    for (NotApplied n : notApplied) {
      boolean refused = n.reason() == NodeSettings.Reason.REFUSED;
      table.row(shown(n.text()), n.origin(), n.name(), null, refused ? "refused" : "at the next start");
    }
    return table;
  }

  private String shown(String text) {
    return setting.secret() && text != null ? "(hidden)" : text;
  }
}
