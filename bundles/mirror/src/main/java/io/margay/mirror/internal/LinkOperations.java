package io.margay.mirror.internal;

import io.margay.metadata.TopicImage;
import io.margay.mirror.internal.SourceView.SourceTopic;
import io.margay.model.TopicPartition;
import io.margay.spi.mirror.MirrorException;
import io.margay.spi.mirror.MirrorLinks.Difference;
import io.margay.spi.mirror.MirrorLinks.Progress;
import io.margay.spi.mirror.MirrorLinks.Promoted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Long work on a link that an operator asks for: on the thread of the caller, with connections of its own. */
final class LinkOperations {
  private static final Logger LOG = LoggerFactory.getLogger(LinkOperations.class);
  private static final long DRAIN_MS_MAX = 120_000;
  private static final long POLL_MS = 200;
  private static final int PROGRESS_EVERY = 10;

  private final MirrorContext context;
  private final TopicConfigs configs;

  LinkOperations(MirrorContext context) {
    this.context = context;
    this.configs = new TopicConfigs(context);
  }

  /** What cannot be done with topics whose records were partitioned again. */
  private static void requireMirrors(Link link, String what) throws MirrorException {
    if (link != null && link.config().topics().repartition() != null) {
      throw new MirrorException("link " + link.config().name() + " has the mode repartitioned: its topics " + what);
    }
  }

  /** The mirrors of a link by their names, with where they come from. */
  private Map<String, MirrorSource> mirrors(String link, List<String> asked) throws MirrorException {
    Map<String, MirrorSource> mirrors = new LinkedHashMap<>();
    for (String topic : asked.isEmpty() ? context.image().topics().keySet().stream().sorted().toList() : asked) {
      MirrorSource source = context.sourceOf(topic);
      if (source != null && source.link().equals(link)) {
        mirrors.put(topic, source);
      } else if (!asked.isEmpty()) {
        throw new MirrorException("topic " + topic + " is no mirror of the link " + link + "; mirror:describe " + link + " shows its mirrors");
      }
    }
    if (mirrors.isEmpty()) {
      throw new MirrorException("the link " + link + " has no mirrors");
    }
    return mirrors;
  }

  RemoteCluster target() {
    return new RemoteCluster("margay-mirror", context.ports().client(), context::ownBrokers, context::ownAccess);
  }

  RemoteCluster source(LinkConfig config) {
    return new RemoteCluster("margay-mirror-" + config.name(), context.ports().client(), config::bootstrap, config::access);
  }

  static List<TopicPartition> partitions(String topic, int count) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      partitions.add(new TopicPartition(topic, i));
    }
    return partitions;
  }

  private List<TopicPartition> ours(Map<String, MirrorSource> mirrors) {
    List<TopicPartition> all = new ArrayList<>();
    for (String topic : mirrors.keySet()) {
      TopicImage image = context.image().topic(topic);
      all.addAll(partitions(topic, image == null ? 0 : image.partitions().size()));
    }
    return all;
  }

  private static List<TopicPartition> theirs(List<TopicPartition> ours, Map<String, MirrorSource> mirrors) {
    return ours.stream().map(tp -> new TopicPartition(mirrors.get(tp.topic()).topic(), tp.partition())).toList();
  }

  /** How far mirrors are that other brokers lead; those whose ends are not known are missing. */
  Map<TopicPartition, Progress> progress(LinkConfig config, List<TopicPartition> partitions) throws InterruptedException {
    Map<TopicPartition, Progress> progress = new HashMap<>();
    Map<String, MirrorSource> mirrors = new HashMap<>();
    partitions.forEach(tp -> mirrors.put(tp.topic(), context.sourceOf(tp.topic())));
    mirrors.values().removeIf(source -> source == null);
    List<TopicPartition> ours = partitions.stream().filter(tp -> mirrors.containsKey(tp.topic())).toList();
    Map<TopicPartition, Long> sourceEnds = Map.of();
    try (RemoteCluster source = source(config)) {
      sourceEnds = new PartitionOffsets(source).of(theirs(ours, mirrors));
    } catch (IOException e) {
      // it cannot be reached, which the link's own problem says
      LOG.debug("The ends of a source are not known link={}", config.name(), e);
    }
    try (RemoteCluster target = target()) {
      Map<TopicPartition, Long> ends = sourceEnds;
      new PartitionOffsets(target).of(ours).forEach((tp, end) -> progress.put(tp, new Progress(end,
          ends.getOrDefault(new TopicPartition(mirrors.get(tp.topic()).topic(), tp.partition()), -1L), -1, -1, -1, -1, -1)));
    } catch (IOException e) {
      LOG.debug("The ends of mirrors are not known link={}", config.name(), e);
    }
    return progress;
  }

  /** How many offsets each mirror lacks, by topic. */
  private Map<String, Long> lags(Map<String, MirrorSource> mirrors, RemoteCluster source, RemoteCluster target)
      throws IOException, InterruptedException {
    List<TopicPartition> ours = ours(mirrors);
    Map<TopicPartition, Long> sourceEnds = new PartitionOffsets(source).of(theirs(ours, mirrors));
    Map<TopicPartition, Long> targetEnds = new PartitionOffsets(target).of(ours);
    Map<String, Long> lags = new LinkedHashMap<>();
    for (TopicPartition tp : ours) {
      Long end = sourceEnds.get(new TopicPartition(mirrors.get(tp.topic()).topic(), tp.partition()));
      Long mine = targetEnds.get(tp);
      if (end == null || mine == null) {
        throw new IOException("the end of " + tp + " is not known " + (end == null ? "at the source" : "here"));
      }
      lags.merge(tp.topic(), Math.max(0, end - mine), Long::sum);
    }
    return lags;
  }

  /** See {@link io.margay.spi.mirror.MirrorLinks#promote}. @param link the link, or null when it is gone */
  List<Promoted> promote(String name, Link link, List<String> asked, boolean force, Consumer<String> progress)
      throws MirrorException, InterruptedException {
    requireMirrors(link, "are writable already; remove the link when mirror:describe shows no lag");
    Map<String, MirrorSource> mirrors = mirrors(name, asked);
    if (link == null && !force) {
      throw new MirrorException("the link " + name + " does not run, so that what the source has is not known; use --force");
    }
    Map<String, Long> lags = new HashMap<>();
    try (RemoteCluster target = target()) {
      try (RemoteCluster source = link == null ? null : source(link.config())) {
        lags.putAll(force ? lastLags(mirrors, link, source, target, progress) : drained(mirrors, source, target, progress));
        if (!force) {
          carryGroups(link, source);
        }
      }
      List<Promoted> promoted = new ArrayList<>();
      for (String topic : mirrors.keySet()) {
        String wrong = configs.release(topic);
        if (wrong != null) {
          throw new MirrorException("topic " + topic + " cannot be promoted: " + wrong);
        }
        int aborted = new OpenTransactions(target).abort(partitions(topic, context.image().topic(topic).partitions().size()));
        progress.accept("promoted " + topic);
        promoted.add(new Promoted(topic, lags.getOrDefault(topic, -1L), aborted));
      }
      return promoted;
    } catch (IOException e) {
      throw new MirrorException("the link " + name + " cannot be promoted: " + e.getMessage() + (force ? "" : "; if the source is gone, "
          + "use --force"), e);
    }
  }

  /** For the last time: what the groups have committed since the link last looked. */
  private void carryGroups(Link link, RemoteCluster source) throws IOException, InterruptedException {
    try (GroupSync groups = new GroupSync(link.config(), context, source)) {
      groups.align(link.view());
    }
  }

  private Map<String, Long> drained(Map<String, MirrorSource> mirrors, RemoteCluster source, RemoteCluster target,
      Consumer<String> progress) throws IOException, MirrorException, InterruptedException {
    long deadline = context.ports().clock().nanos() + DRAIN_MS_MAX * 1_000_000;
    for (int i = 0; ; i++) {
      Map<String, Long> lags = lags(mirrors, source, target);
      long left = lags.values().stream().mapToLong(Long::longValue).sum();
      if (left == 0) {
        return lags;
      }
      if (context.ports().clock().nanos() > deadline) {
        throw new MirrorException("the mirrors still lack " + left + " records after " + DRAIN_MS_MAX / 1000 + " seconds: stop the "
            + "producers at the source, see mirror:describe for what is wrong, or use --force");
      }
      if (i % PROGRESS_EVERY == 0) {
        progress.accept("waiting for " + left + " records");
      }
      Thread.sleep(POLL_MS);
    }
  }

  /** What is known of the lag when the source may be gone: as it says itself, or as it said last. */
  private Map<String, Long> lastLags(Map<String, MirrorSource> mirrors, Link link, RemoteCluster source, RemoteCluster target,
      Consumer<String> progress) throws InterruptedException {
    try {
      return source == null ? Map.of() : lags(mirrors, source, target);
    } catch (IOException e) {
      progress.accept("the source cannot be asked, so what it said last counts: " + e.getMessage());
    }
    Map<TopicPartition, Long> sourceEnds = new HashMap<>(link.sourceEnds());
    for (MirroredPartition partition : link.loop().partitions()) {
      MirroredPartition.Shown shown = partition.shown();
      if (shown != null && shown.progress().sourceOffset() >= 0) {
        sourceEnds.merge(new TopicPartition(partition.assignment().source().topic(), partition.assignment().target().partition()),
            shown.progress().sourceOffset(), Math::max);
      }
    }
    List<TopicPartition> ours = ours(mirrors);
    Map<TopicPartition, Long> ends = Map.of();
    try {
      ends = new PartitionOffsets(target).of(ours);
    } catch (IOException e) {
      progress.accept("the ends of the mirrors are not known: " + e.getMessage());
    }
    Map<String, Long> last = new HashMap<>();
    for (TopicPartition tp : ours) {
      Long end = sourceEnds.get(new TopicPartition(mirrors.get(tp.topic()).topic(), tp.partition()));
      if (end == null || !ends.containsKey(tp)) {
        progress.accept("what " + tp + " lacks is not known");
      } else {
        last.merge(tp.topic(), Math.max(0, end - ends.get(tp)), Long::sum);
      }
    }
    return last;
  }

  /** See {@link io.margay.spi.mirror.MirrorLinks#diff}. */
  List<Difference> diff(Link link, List<String> asked, Consumer<String> progress) throws MirrorException, InterruptedException {
    requireMirrors(link, "have other batches than their sources, and cannot be compared");
    Map<String, MirrorSource> mirrors = mirrors(link.config().name(), asked);
    List<Difference> differences = new ArrayList<>();
    try (RemoteCluster source = source(link.config()); RemoteCluster target = target()) {
      List<TopicPartition> ours = ours(mirrors);
      List<TopicPartition> theirs = theirs(ours, mirrors);
      PartitionOffsets atSource = new PartitionOffsets(source);
      PartitionOffsets atTarget = new PartitionOffsets(target);
      Map<TopicPartition, Integer> sourceLeaders = atSource.leaders(theirs);
      Map<TopicPartition, Integer> targetLeaders = atTarget.leaders(ours);
      List<Map<TopicPartition, Long>> bounds = List.of(atTarget.of(ours, PartitionOffsets.EARLIEST), atTarget.of(ours),
          atSource.of(theirs, PartitionOffsets.EARLIEST), atSource.of(theirs));
      for (TopicPartition tp : ours) {
        TopicPartition there = new TopicPartition(mirrors.get(tp.topic()).topic(), tp.partition());
        SourceTopic known = link.view().topics().get(there.topic());
        if (!sourceLeaders.containsKey(there) || !targetLeaders.containsKey(tp) || known == null
            || bounds.subList(0, 2).stream().anyMatch(b -> !b.containsKey(tp)) || bounds.subList(2, 4).stream().anyMatch(b -> !b.containsKey(there))) {
          differences.add(new Difference(tp.topic(), tp.partition(), -1, -1, 0, 0, "it has no leader that answers"));
          continue;
        }
        long from = Math.max(bounds.get(0).get(tp), bounds.get(2).get(there));
        long to = Math.min(bounds.get(1).get(tp), bounds.get(3).get(there));
        differences.add(new Comparison(new Comparison.Side(source, sourceLeaders.get(there), known.id(), there),
            new Comparison.Side(target, targetLeaders.get(tp), context.image().topic(tp.topic()).id(), tp)).compare(from, Math.max(from, to)));
        progress.accept("compared " + tp.topic() + ":" + tp.partition());
      }
      return differences;
    } catch (IOException e) {
      throw new MirrorException("the link " + link.config().name() + " cannot be compared: " + e.getMessage(), e);
    }
  }
}
