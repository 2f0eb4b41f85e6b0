package io.margay.mirror.internal;

import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.spi.log.LogSettings;
import io.margay.spi.mirror.MirrorException;
import io.margay.spi.mirror.MirrorLinks.Returned;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Turns a link round. First it finds out, for each partition, up to where both clusters have the same. Then it makes the topics of the former
 * source mirrors, creates a link there that cuts what differs, and removes the link here. A step that fails can be repeated.
 */
final class Failback {
  private static final String SUFFIX = "-back";

  private final MirrorContext context;
  private final LinkOperations operations;
  private final LinkConfig config;

  Failback(MirrorContext context, LinkOperations operations, Link link) {
    this.context = context;
    this.operations = operations;
    this.config = link.config();
  }

  /** See {@link io.margay.spi.mirror.MirrorLinks#failback}. */
  List<Returned> turn(String bootstrap, boolean discard, Consumer<String> progress) throws MirrorException, InterruptedException {
    if (config.makesCopies()) {
      throw new MirrorException("link " + config.name() + " does not have the mode identical: both sides have topics of their own, nothing is to be "
          + "turned round");
    }
    try (RemoteCluster source = operations.source(config); RemoteCluster target = operations.target()) {
      SourceView view = SourceView.of(source.metadata(null), config);
      List<String> topics = topics(view);
      List<Returned> returned = new ArrayList<>();
      for (String topic : topics) {
        returned.addAll(compare(source, target, topic, view));
        progress.accept("compared " + topic);
      }
      if (discard || returned.stream().allMatch(r -> r.discarded() == 0)) {
        turn(source, topics, bootstrap, progress);
      }
      return returned;
    } catch (IOException e) {
      throw new MirrorException("the link " + config.name() + " cannot be turned round: " + e.getMessage(), e);
    }
  }

  /** The topics that both sides have, and that are writable here. */
  private List<String> topics(SourceView view) throws MirrorException {
    List<String> topics = new ArrayList<>();
    for (String topic : view.topics().keySet()) {
      MirrorSource from = context.sourceOf(topic);
      if (from != null && from.link().equals(config.name())) {
        throw new MirrorException("topic " + topic + " is still a mirror; promote it first");
      }
      if (context.image().topic(topic) != null && from == null) {
        topics.add(topic);
      }
    }
    if (topics.isEmpty()) {
      throw new MirrorException("the link " + config.name() + " has no topics that both clusters have");
    }
    return topics;
  }

  private List<Returned> compare(RemoteCluster source, RemoteCluster target, String topic, SourceView view)
      throws IOException, MirrorException, InterruptedException {
    TopicImage mine = context.image().topic(topic);
    List<TopicPartition> theirs = LinkOperations.partitions(topic, view.topics().get(topic).leaders().length);
    if (theirs.size() > mine.partitions().size()) {
      throw new MirrorException("topic " + topic + " has " + theirs.size() + " partitions at the source and " + mine.partitions().size()
          + " here; give it as many first");
    }
    PartitionOffsets here = new PartitionOffsets(target);
    PartitionOffsets there = new PartitionOffsets(source);
    Map<TopicPartition, Long> ourStarts = here.of(theirs, PartitionOffsets.EARLIEST);
    Map<TopicPartition, Long> ourEnds = here.of(theirs);
    Map<TopicPartition, Long> theirStarts = there.of(theirs, PartitionOffsets.EARLIEST);
    Map<TopicPartition, Long> theirEnds = there.of(theirs);
    Map<TopicPartition, Integer> leaders = here.leaders(theirs);
    List<Returned> returned = new ArrayList<>();
    for (TopicPartition tp : theirs) {
      if (!ourStarts.containsKey(tp) || !ourEnds.containsKey(tp) || !theirStarts.containsKey(tp) || !theirEnds.containsKey(tp)
          || !leaders.containsKey(tp) || view.leader(topic, tp.partition()) < 0) {
        throw new IOException(tp + " has no leader that answers");
      }
      Comparison comparison = new Comparison(new Comparison.Side(source, view.leader(topic, tp.partition()), view.topics().get(topic).id(), tp),
          new Comparison.Side(target, leaders.get(tp), mine.id(), tp));
      long from = Math.max(ourStarts.get(tp), theirStarts.get(tp));
      long same = comparison.same(from, Math.max(from, Math.min(ourEnds.get(tp), theirEnds.get(tp))));
      returned.add(new Returned(topic, tp.partition(), Math.min(same, theirEnds.get(tp)), theirEnds.get(tp)));
    }
    return returned;
  }

  private void turn(RemoteCluster source, List<String> topics, String bootstrap, Consumer<String> progress)
      throws IOException, MirrorException, InterruptedException {
    String name = config.name().endsWith(SUFFIX) ? config.name().substring(0, config.name().length() - SUFFIX.length())
        : config.name() + SUFFIX;
    Map<String, String> fields = new TreeMap<>(config.given());
    fields.put("bootstrap.servers", bootstrap != null ? bootstrap
        : context.ownBrokers().stream().map(Object::toString).collect(Collectors.joining(",")));
    fields.put("topics", topics.stream().map(t -> t.replace(".", "\\.")).collect(Collectors.joining(",")));
    fields.put("on.divergence", "cut");
    fields.remove("start");
    fields.remove("paused");
    LinkConfig there;
    try {
      there = LinkConfig.of(name, fields);
    } catch (IllegalArgumentException e) {
      throw new MirrorException("the link " + name + " cannot be created at the source: " + e.getMessage(), e);
    }
    for (String topic : topics) {
      check(TopicConfigs.set(source, ConfigResource.topic(topic), LogSettings.MARGAY_MIRROR_SOURCE.name(),
          new MirrorSource(name, context.image().topic(topic).id(), topic).toString()), "topic " + topic + " cannot become a mirror");
    }
    check(TopicConfigs.set(source, ConfigResource.ALL_BROKERS, LinkTable.setting(name), LinkConfig.text(there.given())),
        "the link " + name + " cannot be created");
    check(new TopicConfigs(context).setLink(config.name(), null), "the link " + config.name() + " cannot be removed here");
    progress.accept("the source mirrors this cluster over its link " + name);
  }

  private static void check(String wrong, String what) throws MirrorException {
    if (wrong != null) {
      throw new MirrorException(what + " at the source, which must be a Margay cluster: " + wrong);
    }
  }
}
