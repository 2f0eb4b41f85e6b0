package io.margay.mirror.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.MetadataPublisher;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.spi.client.LocalClient;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.mirror.MirrorException;
import io.margay.spi.mirror.MirrorLinks;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.partitioner.Partitioner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The mirroring links of this node. It follows the cluster's settings, topics and leaderships, and answers the shell.
 *
 * <p>When this bundle is updated, links end after the append that is in progress, and begin again at the ends of the logs. Commands that
 * run fail. When the bundle that connects to other brokers goes, links wait for its successor.
 */
@Component(service = {MirrorLinks.class, MetadataPublisher.class, LeadershipListener.class}, immediate = true)
public final class MirrorComponent implements MirrorLinks, MetadataPublisher, LeadershipListener {
  private static final long DRAIN_MS = 5_000;

  private final Map<TopicPartition, LeaderPartition> leaderships = new ConcurrentHashMap<>();
  private final NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", DRAIN_MS);
  private final MirrorContext context;
  private final LinkTable links;
  private final LinkOperations operations;
  private volatile RemoteClient client;

  /** Begins with no link: the first image tells which there are. */
  @Activate
  public MirrorComponent(@Reference ClusterMetadata metadata, @Reference NodeSettings settings, @Reference Controller controller,
      @Reference LocalClient local, @Reference Scheduler scheduler, @Reference Clock clock) {
    context = new MirrorContext(metadata, settings, controller, local.as(LocalClient.Caller.part("mirror")),
        new LinkLoop.Ports(scheduler, clock, () -> client), leaderships, partitioners);
    links = new LinkTable(context);
    operations = new LinkOperations(context);
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void setClient(RemoteClient added) {
    client = added;
  }

  void unsetClient(RemoteClient removed) {
    if (client == removed) {
      client = null;
    }
  }

  /** A partitioner was registered: links that wait for it go on. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPartitioner(Partitioner partitioner, Map<String, Object> properties) {
    partitioners.add(partitioner, properties);
  }

  /** A partitioner leaves: links that use it wait for the next one. */
  void removePartitioner(Partitioner partitioner) {
    partitioners.remove(partitioner);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addFile(LinkFile file) {
    links.add(file);
  }

  void removeFile(LinkFile file) {
    links.remove(file);
  }

  @Deactivate
  void close() {
    links.close();
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    links.onImage(delta, image);
  }

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    leaderships.put(partition.id().topicPartition(), partition);
    links.changed();
  }

  @Override
  public void onResigned(TopicPartition tp) {
    leaderships.remove(tp);
    links.changed();
  }

  @Override
  public List<Link> links() {
    return links.list();
  }

  @Override
  public List<Topic> topics(String link) throws MirrorException {
    return List.copyOf(links.get(link).topics().values());
  }

  @Override
  public List<Partition> partitions(String name) throws MirrorException, InterruptedException {
    io.margay.mirror.internal.Link link = links.get(name);
    Map<TopicPartition, MirroredPartition> mine = new HashMap<>();
    link.loop().partitions().forEach(p -> mine.put(p.assignment().target(), p));
    List<Partition> partitions = new ArrayList<>();
    for (TopicImage topic : context.image().topics().values()) {
      MirrorSource source = context.sourceOf(topic.name());
      if (source != null && source.link().equals(name)) {
        topic.partitions().forEach(p -> partitions.add(shown(topic.name(), p, mine.get(new TopicPartition(topic.name(), p.index())),
            without(link, topic.name(), p))));
      }
    }
    List<TopicPartition> elsewhere = partitions.stream().filter(p -> p.progress() == null)
        .map(p -> new TopicPartition(p.topic(), p.partition())).toList();
    if (!elsewhere.isEmpty()) {
      Map<TopicPartition, Progress> found = operations.progress(link.config(), elsewhere);
      partitions.replaceAll(p -> p.progress() != null ? p : new Partition(p.topic(), p.partition(), p.leader(), p.state(), p.problem(),
          found.get(new TopicPartition(p.topic(), p.partition()))));
    }
    partitions.addAll(link.lanes().shown(link.view()));
    partitions.sort(Comparator.comparing(Partition::topic).thenComparing(Partition::partition));
    return partitions;
  }

  /** The state of a partition that this broker does not mirror now. */
  private String without(io.margay.mirror.internal.Link link, String topic, PartitionImage partition) {
    Topic known = link.topics().get(topic);
    boolean ended = known != null && (known.state().equals("missing") || known.state().equals("recreated"));
    return ended ? "stopped" : link.config().without(context.settings().nodeId().equals(partition.leader()));
  }

  /** @param otherwise the state when this broker does not mirror it */
  private static Partition shown(String topic, PartitionImage image, MirroredPartition mirrored, String otherwise) {
    MirroredPartition.Shown shown = mirrored == null ? null : mirrored.shown();
    return shown == null ? new Partition(topic, image.index(), image.leader().value(), otherwise, null, null)
        : new Partition(topic, image.index(), image.leader().value(), shown.state().name().toLowerCase(Locale.ROOT), shown.problem(),
            shown.progress());
  }

  @Override
  public void create(String link, Map<String, String> fields) throws MirrorException, InterruptedException {
    if (links.has(link)) {
      throw new MirrorException("there is a link " + link + " already; remove it first, or use another name");
    }
    try {
      LinkConfig.of(link, fields);
    } catch (IllegalArgumentException e) {
      throw new MirrorException("the link " + link + " cannot be created: " + e.getMessage(), e);
    }
    store(link, LinkConfig.text(new TreeMap<>(fields)), "created");
  }

  @Override
  public void remove(String link) throws MirrorException, InterruptedException {
    links.given(link, true);
    store(link, null, "removed");
  }

  @Override
  public void pause(String link, boolean paused) throws MirrorException, InterruptedException {
    SortedMap<String, String> fields = new TreeMap<>(links.given(link, true).fields());
    if (paused) {
      fields.put("paused", "true");
    } else {
      fields.remove("paused");
    }
    store(link, LinkConfig.text(fields), paused ? "paused" : "resumed");
  }

  private void store(String link, String value, String what) throws MirrorException, InterruptedException {
    try {
      String wrong = new TopicConfigs(context).setLink(link, value);
      if (wrong != null) {
        throw new MirrorException("the link " + link + " cannot be " + what + ": " + wrong);
      }
    } catch (IOException e) {
      throw new MirrorException("the link " + link + " cannot be " + what + ": " + e.getMessage(), e);
    }
  }

  @Override
  public List<Promoted> promote(String link, List<String> topics, boolean force, Consumer<String> progress)
      throws MirrorException, InterruptedException {
    boolean runs = links.list().stream().anyMatch(l -> l.name().equals(link) && !l.state().equals("invalid"));
    return operations.promote(link, runs ? links.get(link) : null, topics, force, progress);
  }

  @Override
  public List<Difference> diff(String link, List<String> topics, Consumer<String> progress)
      throws MirrorException, InterruptedException {
    return operations.diff(links.get(link), topics, progress);
  }

  @Override
  public List<Returned> failback(String link, String bootstrap, boolean discard, Consumer<String> progress)
      throws MirrorException, InterruptedException {
    links.given(link, true);
    return new Failback(context, operations, links.get(link)).turn(bootstrap, discard, progress);
  }
}
