package io.margay.shell.internal;

import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.CreatePartitionsRequest;
import io.margay.protocol.message.CreatePartitionsResponse;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.DeleteTopicsResponse;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope topic. */
@Command(name = "topic")
final class TopicCommands {
  static final String SCOPE = "topic";
  private final Requests requests;
  private final NodeSettings settings;
  private final Strategies strategies;
  private final Configs configs;
  private final CommandFunction.Io io;

  TopicCommands(Requests requests, NodeSettings settings, Strategies strategies, CommandFunction.Io io) {
    this.requests = requests;
    this.settings = settings;
    this.strategies = strategies;
    this.configs = new Configs(requests, settings);
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the topics.")
  void list(@Option(names = {"-a", "--all"}, description = "Internal topics, too.") boolean all,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    Table table = new Table("topic", "partitions", "replicationFactor", "underReplicated", "id");
    for (TopicImage topic : new TreeMap<>(requests.image().topics()).values()) {
      if (all || !topic.internal()) {
        table.row(topic.name(), topic.partitions().size(), replicationFactor(topic), underReplicated(topic),
            KafkaUuid.toString(topic.id()));
      }
    }
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "describe", description = "Show a topic: its partitions, and the settings that it overrides.")
  void describe(@Parameters(paramLabel = "TOPIC", description = "Its name.") String name,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    TopicImage topic = requests.topic(name);
    Table settings = new Table("setting", "value");
    new TreeMap<>(requests.image().config(ConfigResource.topic(name))).forEach(settings::row);
    new Page(io.out(), json)
        .fact("topic", name)
        .fact("id", KafkaUuid.toString(topic.id()))
        .fact("internal", topic.internal())
        .fact("partitionCount", topic.partitions().size())
        .fact("replicationFactor", replicationFactor(topic))
        .table("partitions", new PartitionTable(requests).of(List.of(topic)))
        .table("settings", settings)
        .print();
  }

  @Needs(Role.OPERATE)
  @Command(name = "create", description = "Create a topic.")
  void create(@Parameters(paramLabel = "TOPIC", description = "Its name.") String name,
      @Option(names = {"-p", "--partitions"}, paramLabel = "N", defaultValue = "-1",
          description = "How many partitions (default: num.partitions).") int partitions,
      @Option(names = {"-r", "--replication-factor"}, paramLabel = "N", defaultValue = "-1",
          description = "On how many brokers (default: default.replication.factor).")
          short replicas,
      @Option(names = {"-c", "--config"}, paramLabel = "SETTING=VALUE", description = "Settings of the topic; may be repeated.")
          Map<String, String> given,
      @Option(names = "--if-not-exists", description = "Do nothing if there is such a topic.") boolean ifNotExists)
      throws InterruptedException {
    io.requireTopic(name);
    List<CreateTopicsRequest.CreatableTopicConfig> topicConfigs = new ArrayList<>();
    if (given != null) {
      given.forEach((k, v) -> topicConfigs.add(new CreateTopicsRequest.CreatableTopicConfig().setName(k).setValue(v)));
    }
    CreateTopicsRequest request = new CreateTopicsRequest().setTimeoutMs(Requests.TIMEOUT_MS).setTopics(List.of(
        new CreateTopicsRequest.CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor(replicas)
            .setConfigs(topicConfigs)));
    for (var result : requests.send(CreateTopicsRequest.API, request, new CreateTopicsResponse()).topics()) {
      if (ifNotExists && result.errorCode() == Errors.TOPIC_ALREADY_EXISTS.code()) {
        io.out().println("topic " + name + " exists already");
        return;
      }
      SettingNames.check(settings, Setting.Scope.TOPIC, given == null ? List.of() : given.keySet(),
          new Requests.Answer(result.errorCode(), result.errorMessage()), "cannot create topic " + name);
      int count = result.numPartitions();
      io.out().println("created topic " + name + (count > 0 ? " partitions=" + count + " replicationFactor="
          + result.replicationFactor() : ""));
    }
    strategies.noteMissing(given, io.out());
  }

  @Needs(Role.ADMIN)
  @Command(name = "delete", description = "Delete topics and all that is in them.")
  void delete(@Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Their names.") List<String> names)
      throws InterruptedException {
    // all or nothing for misspelt names
    names.forEach(requests::topic);
    List<DeleteTopicsRequest.DeleteTopicState> topics = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names)) {
      topics.add(new DeleteTopicsRequest.DeleteTopicState().setName(name));
    }
    DeleteTopicsRequest request = new DeleteTopicsRequest().setTopics(topics).setTimeoutMs(Requests.TIMEOUT_MS);
    ShellException failure = null;
    for (var result : requests.send(DeleteTopicsRequest.API, request, new DeleteTopicsResponse()).responses()) {
      if (result.errorCode() == Errors.NONE.code()) {
        io.out().println("deleted topic " + result.name());
      } else {
        failure = new ShellException("cannot delete topic " + result.name() + ": "
            + Requests.text(result.errorCode(), result.errorMessage()));
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Needs(Role.OPERATE)
  @Command(name = "alter", description = "Change the number of partitions or the settings of a topic.")
  void alter(@Parameters(paramLabel = "TOPIC", description = "Its name.") String name,
      @Option(names = {"-p", "--partitions"}, paramLabel = "N", description = "How many there shall be; more than now.")
          Integer partitions,
      @Option(names = {"-c", "--config"}, paramLabel = "SETTING=VALUE", description = "Settings to set; may be repeated.")
          Map<String, String> given,
      @Option(names = {"-d", "--delete-config"}, paramLabel = "SETTING", description = "Settings to unset; may be repeated.")
          List<String> unset) throws InterruptedException {
    io.requireTopic(name);
    TopicImage topic = requests.topic(name);
    if (partitions == null && given == null && unset == null) {
      throw new ShellException("topic:alter needs something to change: -p, -c or -d");
    }
    if (given != null || unset != null) {
      configs.alter(ConfigResource.topic(name), given == null ? Map.of() : given, unset == null ? List.of() : unset);
      io.out().println("changed the settings of topic " + name);
      strategies.noteMissing(given, io.out());
    }
    if (partitions != null) {
      CreatePartitionsRequest request = new CreatePartitionsRequest().setTimeoutMs(Requests.TIMEOUT_MS).setTopics(List.of(
          new CreatePartitionsRequest.CreatePartitionsTopic().setName(name).setCount(partitions).setAssignments(null)));
      for (var result : requests.send(CreatePartitionsRequest.API, request, new CreatePartitionsResponse()).results()) {
        Requests.check(result.errorCode(), result.errorMessage(), "cannot change the partitions of topic " + name);
      }
      io.out().println("changed the partitions of topic " + name + " from " + topic.partitions().size() + " to " + partitions);
    }
  }

  private static int replicationFactor(TopicImage topic) {
    return topic.partitions().isEmpty() ? 0 : topic.partitions().get(0).replicas().size();
  }

  private static long underReplicated(TopicImage topic) {
    return topic.partitions().stream().filter(PartitionHealth::underReplicated).count();
  }
}
