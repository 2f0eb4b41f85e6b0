package io.margay.mirror.internal;

import io.margay.metadata.TopicImage;
import io.margay.mirror.internal.LinkConfig.Repartition;
import io.margay.mirror.internal.SourceView.SourceTopic;
import io.margay.model.TopicPartition;
import io.margay.model.acl.Acl;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.CreatePartitionsRequest;
import io.margay.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.margay.protocol.message.CreatePartitionsResponse;
import io.margay.spi.config.Setting;
import io.margay.spi.log.LogSettings;
import io.margay.spi.mirror.MirrorLinks.Topic;
import io.margay.spi.partition.LeaderPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of one link in this cluster: creates them, lets them grow, keeps their configs, and says which partitions this node mirrors.
 * A topic that exists here and is no mirror of the link is never touched. Used by the link's control thread.
 */
final class TargetTopics {
  private static final Logger LOG = LoggerFactory.getLogger(TargetTopics.class);
  private static final int TIMEOUT_MS = 30_000;
  /** Topics whose ACLs are in memory at a time. */
  private static final int TOPICS_PER_STEP = 200;

  private final LinkConfig config;
  private final MirrorContext context;
  private final TopicConfigs configs;
  private final TopicAcls acls;
  /** What went wrong with a topic of the source, by its name; at most one entry per topic of the source. */
  private final Map<String, String> problems = new HashMap<>();

  TargetTopics(LinkConfig config, MirrorContext context) {
    this.config = config;
    this.context = context;
    this.configs = new TopicConfigs(context);
    this.acls = new TopicAcls(context);
  }

  /** Brings the topics here in line with the source. On one node of the cluster. */
  void align(RemoteCluster source, SourceView view) throws IOException, InterruptedException {
    problems.clear();
    Map<String, Map<String, String>> overrides = TopicConfigs.read(source, view.topics().keySet());
    for (Map.Entry<String, SourceTopic> topic : view.topics().entrySet()) {
      Map<String, String> its = overrides.get(topic.getKey());
      if (its == null || config.makesCopies() && TopicConfigs.isMirror(its)) {
        problems.put(topic.getKey(), its == null ? "its configs cannot be read at the source"
            : "it is a mirror at the source, and is not mirrored again");
        continue;
      }
      String problem = align(topic.getKey(), topic.getValue(), its);
      if (problem != null) {
        problems.put(topic.getKey(), problem);
      }
    }
    alignAcls(source, view);
  }

  /** Gives the mirrors the ACLs of their sources, if both clusters have an authorizer. */
  private void alignAcls(RemoteCluster source, SourceView view) throws InterruptedException {
    List<String> mirrors = view.topics().entrySet().stream().filter(topic -> isMirror(config.target(topic.getKey()), topic.getValue()))
        .map(Map.Entry::getKey).toList();
    if (config.sync().principals().isEmpty() || mirrors.isEmpty() || !acls.used()) {
      return;
    }
    try {
      SourceAcls theirs = SourceAcls.read(source);
      for (int i = 0; theirs != null && i < mirrors.size(); i += TOPICS_PER_STEP) {
        alignAcls(theirs, mirrors.subList(i, Math.min(mirrors.size(), i + TOPICS_PER_STEP)));
      }
    } catch (IOException e) {
      mirrors.forEach(topic -> problems.putIfAbsent(topic, e.getMessage()));
    }
  }

  private void alignAcls(SourceAcls theirs, List<String> mirrors) throws IOException, InterruptedException {
    Map<String, TreeSet<Acl>> wanted = new TreeMap<>();
    mirrors.forEach(topic -> wanted.put(config.target(topic), theirs.carried(topic, config.target(topic), config::coversPrincipal)));
    Map<String, String> wrong = acls.align(wanted);
    mirrors.stream().filter(topic -> wrong.containsKey(config.target(topic)))
        .forEach(topic -> problems.putIfAbsent(topic, wrong.get(config.target(topic))));
  }

  private String align(String name, SourceTopic topic, Map<String, String> overrides) throws IOException, InterruptedException {
    String target = config.target(name);
    TopicImage mine = context.image().topic(target);
    if (mine == null) {
      return create(name, topic, overrides);
    }
    if (!isMirror(target, topic)) {
      return null;
    }
    int partitions = config.topics().repartition() == null ? topic.leaders().length : mine.partitions().size();
    if (mine.partitions().size() < partitions) {
      var response = context.ask(CreatePartitionsRequest.API, new CreatePartitionsRequest().setTimeoutMs(TIMEOUT_MS).setTopics(List.of(
          new CreatePartitionsTopic().setName(target).setCount(partitions).setAssignments(null))), new CreatePartitionsResponse());
      Errors error = Errors.forCode(response.results().get(0).errorCode());
      LOG.info("A mirror grows as its source did link={} topic={} partitions={} errorCode={}", config.name(), target, partitions, error);
      if (error != Errors.NONE) {
        return "it cannot get " + partitions + " partitions: " + error;
      }
    }
    return config.sync().topicConfigs() ? configs.align(target, overrides) : null;
  }

  private String create(String name, SourceTopic topic, Map<String, String> overrides) throws IOException, InterruptedException {
    String target = config.target(name);
    Map<String, String> its = new TreeMap<>(config.sync().topicConfigs() ? configs.carried(overrides) : Map.of());
    Repartition repartition = config.topics().repartition();
    int partitions = repartition == null ? topic.leaders().length : repartition.partitions();
    its.put(setting().name(), new MirrorSource(config.name(), topic.id(), name).toString());
    Errors error;
    try {
      error = context.controller().createTopic(target, partitions, config.sync().replicationFactor(), its, false)
          .toCompletableFuture().get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      return "it cannot be created here: " + e.getCause();
    } catch (TimeoutException e) {
      throw new IOException("topic " + target + " cannot be created: " + e, e);
    }
    LOG.info("A mirror is created link={} topic={} source={} partitions={} errorCode={}", config.name(), target, name,
        partitions, error);
    return error == Errors.NONE || error == Errors.TOPIC_ALREADY_EXISTS ? null : "it cannot be created here: " + error;
  }

  private Setting<String> setting() {
    return config.topics().repartition() == null ? LogSettings.MARGAY_MIRROR_SOURCE : MirrorSettings.REPARTITIONED;
  }

  /** Where a topic comes from that the link fills; null when it fills no such topic. */
  private MirrorSource sourceOf(String target) {
    return config.topics().repartition() == null ? context.sourceOf(target) : context.repartitionedFrom(target);
  }

  private boolean isMirror(String target, SourceTopic topic) {
    MirrorSource source = sourceOf(target);
    return source != null && source.link().equals(config.name()) && sameId(source, topic);
  }

  static boolean sameId(MirrorSource source, SourceTopic topic) {
    return source.topicId().equals(topic.id()) || topic.id().equals(KafkaUuid.ZERO) || source.topicId().equals(KafkaUuid.ZERO);
  }

  /**
   * Where the partitions end at the source whose mirrors exist here. They are asked for also by nodes that do not mirror them.
   *
   * @param unreachable gets why a broker of the source cannot be asked; its partitions are missing then
   */
  Map<TopicPartition, Long> sourceEnds(RemoteCluster source, SourceView view, Consumer<IOException> unreachable)
      throws IOException, InterruptedException {
    List<TopicPartition> theirs = new ArrayList<>();
    if (config.topics().repartition() == null) {
      view.topics().forEach((name, topic) -> {
        if (isMirror(config.target(name), topic)) {
          theirs.addAll(LinkOperations.partitions(name, topic.leaders().length));
        }
      });
    }
    return theirs.isEmpty() ? Map.of() : new PartitionOffsets(source).ofReachable(theirs, unreachable);
  }

  /** The topics of the link as they are now, by their names here. */
  TreeMap<String, Topic> states(SourceView view) {
    TreeMap<String, Topic> states = new TreeMap<>();
    view.topics().forEach((name, topic) -> states.put(config.target(name), state(name, topic)));
    context.image().topics().keySet().forEach(target -> {
      MirrorSource source = sourceOf(target);
      if (source != null && source.link().equals(config.name()) && !view.topics().containsKey(source.topic())) {
        states.put(target, new Topic(source.topic(), target, context.image().topic(target).partitions().size(), "missing",
            "the source has no such topic, or the link does not cover it any more"));
      }
    });
    return states;
  }

  private Topic state(String name, SourceTopic topic) {
    String target = config.target(name);
    TopicImage mine = context.image().topic(target);
    if (mine == null) {
      return new Topic(name, target, 0, "creating", problems.get(name));
    }
    MirrorSource source = sourceOf(target);
    int partitions = mine.partitions().size();
    if (source == null || !source.link().equals(config.name())) {
      return new Topic(name, target, partitions, "writable", source == null ? "a topic of that name is here, and is no mirror of this link"
          : "it is a mirror of the link " + source.link());
    }
    if (!sameId(source, topic)) {
      return new Topic(name, target, partitions, "recreated", "the source's topic was deleted and created again; promote the mirror to "
          + "keep it, or delete it to mirror the new one");
    }
    return new Topic(name, target, partitions, "mirroring", problems.get(name));
  }

  /** The partitions that this node mirrors for the link now. */
  List<MirroredPartition.Assignment> assignments(SourceView view) {
    List<MirroredPartition.Assignment> assignments = new ArrayList<>();
    if (config.paused() || config.topics().repartition() != null) {
      return assignments;
    }
    for (Map.Entry<TopicPartition, LeaderPartition> led : context.leaderships().entrySet()) {
      MirrorSource source = context.sourceOf(led.getKey().topic());
      SourceTopic topic = source == null || !source.link().equals(config.name()) ? null : view.topics().get(source.topic());
      if (topic != null && sameId(source, topic) && led.getKey().partition() < topic.leaders().length) {
        boolean compacted = context.settings().topic(context.image().config(io.margay.metadata.ConfigResource.topic(led.getKey().topic())))
            .get(LogSettings.CLEANUP_POLICY).contains("compact");
        assignments.add(new MirroredPartition.Assignment(led.getValue(), source, view.leader(source.topic(), led.getKey().partition()),
            compacted));
      }
    }
    return assignments;
  }
}
