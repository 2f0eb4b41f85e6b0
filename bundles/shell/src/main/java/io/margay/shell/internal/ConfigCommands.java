package io.margay.shell.internal;

import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.protocol.message.DescribeConfigsRequest;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope config. */
@Command(name = "config")
final class ConfigCommands {
  static final String SCOPE = "config";
  private static final String TYPES = "topic, broker or group";
  private static final String NAME_TEXT = "Its name; for brokers an id, or all.";
  private final Requests requests;
  private final NodeSettings settings;
  private final Strategies strategies;
  private final CommandFunction.Io io;

  ConfigCommands(Requests requests, NodeSettings settings, Strategies strategies, CommandFunction.Io io) {
    this.requests = requests;
    this.settings = settings;
    this.strategies = strategies;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the settings of a topic, broker or group that are set.")
  void list(@Parameters(index = "0", arity = "0..1", paramLabel = "TYPE", defaultValue = "broker", description = TYPES
          + " (default: broker).") String type,
      @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = NAME_TEXT + " Default: this broker.")
          String name,
      @Option(names = {"-a", "--all"}, description = "Those that have their default, too.") boolean all,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Table table = new Table("setting", "value", "source");
    describe(resource(type, name), null).stream().sorted(Comparator.comparing(DescribeConfigsResourceResult::name))
        .filter(c -> all || c.configSource() != NodeSettings.Source.DEFAULT.code())
        .forEach(c -> table.row(c.name(), c.isSensitive() ? "(hidden)" : c.value(), source(c.configSource())));
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "get", description = "Print the value of a setting.")
  void get(@Parameters(index = "0", paramLabel = "TYPE", description = TYPES) String type,
      @Parameters(index = "1", paramLabel = "NAME", description = NAME_TEXT) String name,
      @Parameters(index = "2", paramLabel = "SETTING", description = "Which.") String setting,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    DescribeConfigsResourceResult found = describe(resource(type, name), List.of(setting)).stream()
        .filter(c -> c.name().equals(setting)).findFirst().orElseThrow(() -> unknown(setting));
    String value = found.isSensitive() ? "(hidden)" : found.value();
    if (json) {
      new Page(io.out(), true).fact("setting", setting).fact("value", value).fact("source", source(found.configSource())).print();
    } else {
      io.out().println(value == null ? "" : value);
    }
  }

  @Needs(Role.ADMIN)
  @Command(name = "set", description = "Set settings of a topic, broker or group; all of them or none.")
  void set(@Parameters(index = "0", paramLabel = "TYPE", description = TYPES) String type,
      @Parameters(index = "1", paramLabel = "NAME", description = NAME_TEXT) String name,
      @Parameters(index = "2..*", arity = "1..*", paramLabel = "SETTING=VALUE", description = "What to set.")
          Map<String, String> values) throws InterruptedException {
    ConfigResource resource = resource(type, name);
    new Configs(requests, settings).alter(resource, values, List.of());
    io.out().println("set " + String.join(", ", values.keySet()) + " of " + Configs.words(resource));
    strategies.noteMissing(values, io.out());
  }

  @Needs(Role.ADMIN)
  @Command(name = "unset", description = "Go back to what counts without the settings.")
  void unset(@Parameters(index = "0", paramLabel = "TYPE", description = TYPES) String type,
      @Parameters(index = "1", paramLabel = "NAME", description = NAME_TEXT) String name,
      @Parameters(index = "2..*", arity = "1..*", paramLabel = "SETTING", description = "What to unset.") List<String> names)
      throws InterruptedException {
    ConfigResource resource = resource(type, name);
    new Configs(requests, settings).alter(resource, Map.of(), names);
    io.out().println("unset " + String.join(", ", names) + " of " + Configs.words(resource));
  }

  @Needs(Role.VIEW)
  @Command(name = "explain", description = {"Show what a setting means, its value, where that comes from, and whether it is applied.",
      "All sources that give a value are shown, the effective one first."})
  void explain(@Parameters(index = "0", paramLabel = "SETTING", description = "Which.") String name,
      @Parameters(index = "1", arity = "0..1", paramLabel = "TOPIC", description = "As it counts for this topic.") String topic,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    if (topic != null) {
      requests.topic(topic);
    }
    Map<String, String> overrides = topic == null ? null : requests.image().config(ConfigResource.topic(topic));
    new Explanation(settings, definition(name, topic != null), topic, overrides).print(new Page(io.out(), json));
  }

  private Setting<?> definition(String name, boolean ofTopic) {
    Setting.Scope[] scopes = ofTopic ? new Setting.Scope[] {Setting.Scope.TOPIC}
        : new Setting.Scope[] {Setting.Scope.BROKER, Setting.Scope.TOPIC, Setting.Scope.GROUP};
    TreeSet<String> names = new TreeSet<>();
    for (Setting.Scope scope : scopes) {
      Setting<?> found = settings.definition(scope, name);
      if (found != null) {
        return found;
      }
      settings.definitions(scope).forEach(s -> names.add(s.name()));
    }
    String given = settings.notApplied().stream().filter(n -> n.name().equals(name)).findFirst()
        .map(n -> ", and what " + n.origin() + " gives for it was refused").orElse("");
    throw new ShellException("there is no setting " + name + (ofTopic ? " of topics" : "") + given
        + Near.hint(name, names, ofTopic ? "config:list topic NAME --all" : "config:list --all"));
  }

  private ShellException unknown(String name) {
    TreeSet<String> names = new TreeSet<>();
    for (Setting.Scope scope : Setting.Scope.values()) {
      settings.definitions(scope).forEach(s -> names.add(s.name()));
    }
    names.remove(name);
    return new ShellException("there is no such setting " + name + Near.hint(name, names, "config:list --all"));
  }

  /** Only a broker itself knows what its file and its environment say. */
  private BrokerId owner(ConfigResource resource) {
    boolean one = resource.type() == ConfigResource.Type.BROKER && resource.name().matches("\\d{1,9}");
    BrokerId broker = one ? new BrokerId(Integer.parseInt(resource.name())) : settings.nodeId();
    return requests.reaches(broker) ? broker : settings.nodeId();
  }

  private List<DescribeConfigsResourceResult> describe(ConfigResource resource, List<String> names)
      throws InterruptedException {
    DescribeConfigsRequest request = new DescribeConfigsRequest().setResources(List.of(
        new DescribeConfigsRequest.DescribeConfigsResource().setResourceType(resource.type().code())
            .setResourceName(resource.name()).setConfigurationKeys(names)));
    var result = requests.send(owner(resource), DescribeConfigsRequest.API, request, new DescribeConfigsResponse()).results().get(0);
    Requests.check(result.errorCode(), result.errorMessage(), "cannot read the settings of " + Configs.words(resource));
    return result.configs();
  }

  private ConfigResource resource(String type, String name) {
    switch (type.toLowerCase(Locale.ROOT)) {
      case "topic":
        if (name == null) {
          throw new ShellException("which topic? topic:list shows what there is");
        }
        requests.topic(name);
        return ConfigResource.topic(name);
      case "broker":
        String id = name == null ? settings.nodeId().toString() : name;
        if (id.equalsIgnoreCase("all")) {
          return ConfigResource.ALL_BROKERS;
        }
        if (!id.matches("\\d{1,9}")) {
          throw new ShellException(id + " is no broker; expected an id, or all");
        }
        return ConfigResource.broker(Integer.parseInt(id));
      case "group":
        if (name == null) {
          throw new ShellException("which group? group:list shows what there is");
        }
        return new ConfigResource(ConfigResource.Type.GROUP, name);
      default:
        throw new ShellException(type + " has no settings; expected " + TYPES);
    }
  }

  static String source(byte code) {
    for (NodeSettings.Source source : NodeSettings.Source.values()) {
      if (source.code() == code) {
        return switch (source) {
          case DYNAMIC_TOPIC -> "topic";
          case DYNAMIC_BROKER -> "dynamic, this broker";
          case DYNAMIC_DEFAULT_BROKER -> "dynamic, all brokers";
          case STATIC_BROKER -> "file or environment";
          case DEFAULT -> "default";
          case GROUP -> "group";
          case CLIENT_METRICS -> "client metrics";
        };
      }
    }
    return Byte.toString(code);
  }
}
