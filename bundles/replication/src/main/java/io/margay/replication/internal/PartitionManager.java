package io.margay.replication.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.MetadataPublisher;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.controller.PartitionLimit;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.Logs;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.storage.StorageSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the cluster's images: opens the logs of partitions that have a replica here, deletes those that an image has deleted,
 * begins and ends leaderships. {@link StoredLogs} does the blocking part.
 *
 * <p>All logs are opened in the background: the thread that publishes images waits for no disk. Requests that arrive meanwhile wait
 * at their replica.
 *
 * <p>No log is opened before an image has shown that this process is registered. Until then the image tells what the previous process
 * led, and its log may have lost its end since: a leader that lacks what is committed would make its followers cut it, too.
 */
public final class PartitionManager implements MetadataPublisher, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionManager.class);

  private final ReplicaTable table = new ReplicaTable();
  private final FreshBatches fresh = new FreshBatches();
  private final LeadershipNotifier notifier;
  private final NodeSettings settings;
  private final Scheduler scheduler;
  private final BrokerId self;
  private final Cluster cluster;
  private final LocalReplica.Environment environment;
  private final StoredLogs keeper;
  private final NodeSettings.Registration registration;
  private volatile ClusterImage image = ClusterImage.EMPTY;
  private final LineLimit lines;
  /** Replicas in {@code table}; at most {@link #mostReplicas}. */
  private int replicas;
  /** Replicas of the images that did not fit, since the last log line about them. */
  private int leftClosed;
  /** Replicas that wait until this process is registered. */
  private final List<LocalReplica> waiting = new ArrayList<>();
  private Controller controller;
  /** Whether no controller has said yet that this process is registered. */
  private boolean unregistered = true;
  /** Whether the stored logs have been compared with an image. */
  private boolean begun;
  private boolean closed;

  /**
   * @param logs where the logs are
   * @param settings this node's settings
   * @param time timers, and how long requests wait
   * @param pools makes threads
   */
  PartitionManager(Logs logs, NodeSettings settings, ReplicationContext.Time time, Pools.Factory pools) {
    this.notifier = new LeadershipNotifier(pools);
    this.settings = settings;
    this.lines = new LineLimit(time.clock());
    this.scheduler = time.scheduler();
    this.self = settings.nodeId();
    this.cluster = new Cluster(() -> image, settings, scheduler, time.clock());
    this.environment = new LocalReplica.Environment(self, scheduler, time.clock(), notifier, table, fresh, cluster);
    this.keeper = new StoredLogs(logs, table, scheduler, this::openingThreads, pools);
    this.registration = settings.onChange(this::settingsChanged);
  }

  /** @return finds topics and replicas */
  public ReplicaTable table() {
    return table;
  }

  /** @return how the replicas reach the rest of the cluster */
  public Cluster cluster() {
    return cluster;
  }

  /** @return the newest image */
  public ClusterImage image() {
    return image;
  }

  /**
   * @param tp a partition
   * @return it, when this broker leads it and its log is open; else null
   */
  public LeaderPartition leader(TopicPartition tp) {
    LocalReplica replica = table.replica(tp.topic(), tp.partition());
    return replica == null ? null : replica.leader();
  }

  @Override
  public synchronized void onImage(ClusterDelta delta, ClusterImage next) {
    if (closed) {
      return;
    }
    ClusterImage before = image;
    image = next;
    try {
      take(delta, before, next);
      if (delta.brokersChanged()) {
        cluster.followers().brokersChanged();
      }
    } finally {
      sayWhatIsLeftClosed();
    }
  }

  private void take(ClusterDelta delta, ClusterImage before, ClusterImage next) {
    if (delta.first()) {
      first(next);
      return;
    }
    for (TopicImage topic : delta.deletedTopics()) {
      deleteUnopened(topic, null);
      ServedTopic served = table.topic(topic.id());
      if (served != null) {
        remove(served, keeper::delete);
      }
    }
    List<LocalReplica> added = new ArrayList<>();
    for (TopicImage topic : delta.changedTopics()) {
      deleteUnopened(before.topic(topic.id()), topic);
      follow(topic, next, added, keeper::delete);
    }
    open(added);
    for (ConfigResource resource : delta.changedConfigs()) {
      ServedTopic served = resource.type() == ConfigResource.Type.TOPIC ? table.topic(resource.name()) : null;
      if (served != null) {
        configure(served, next);
      }
    }
  }

  /**
   * Deletes the logs of partitions that had a replica here, have none any more, and were left closed: there is no
   * {@link LocalReplica} that would do it.
   *
   * @param before the topic as it last was, or null
   * @param now the topic as it is, or null when it is deleted
   */
  private void deleteUnopened(TopicImage before, TopicImage now) {
    if (before == null) {
      return;
    }
    ServedTopic served = table.topic(before.id());
    for (PartitionImage partition : before.partitions()) {
      int index = partition.index();
      boolean unopened = partition.replicas().contains(self) && (served == null || served.replica(index) == null);
      if (unopened && (now == null || !now.partitions().get(index).replicas().contains(self))) {
        keeper.deleteUnopened(new TopicIdPartition(before.id(), new TopicPartition(before.name(), index)));
      }
    }
  }

  private void first(ClusterImage next) {
    for (ServedTopic served : List.copyOf(table.topics())) {
      if (next.topic(served.id()) == null) {
        remove(served, keeper::setAside);
      } else {
        configure(served, next);
      }
    }
    begun = false;
    List<LocalReplica> added = new ArrayList<>();
    for (TopicImage topic : next.topics().values()) {
      follow(topic, next, added, keeper::setAside);
    }
    open(added);
  }

  /** Opens the logs of replicas, or lets them wait for the registration of this process. */
  private void open(List<LocalReplica> added) {
    waiting.addAll(added);
    if (unregistered || controller != null && !controller.registered()) {
      return;
    }
    List<LocalReplica> replicas = List.copyOf(waiting);
    waiting.clear();
    if (begun) {
      keeper.open(replicas);
    } else {
      begun = true;
      keeper.start(() -> image, self, replicas);
    }
  }

  /** @param service the controller to ask from now on; knows whether this process is registered */
  public void controller(Controller service) {
    synchronized (this) {
      controller = service;
    }
    cluster.isrRequests().controller(service);
    service.whenRegistered().thenRun(this::registered);
  }

  /** @param service no longer asked; another one that has come stays */
  public void controllerLeft(Controller service) {
    synchronized (this) {
      controller = controller == service ? null : controller;
    }
    cluster.isrRequests().controllerLeft(service);
  }

  private synchronized void registered() {
    unregistered = false;
    if (!closed && image != ClusterImage.EMPTY) {
      open(List.of());
    }
  }

  /** @param ending what to do with replicas that no longer belong here */
  private void follow(TopicImage topic, ClusterImage next, List<LocalReplica> added, BiConsumer<LocalReplica, Errors> ending) {
    ServedTopic sameName = table.topic(topic.name());
    if (sameName != null && !sameName.id().equals(topic.id())) {
      remove(sameName, ending);
    }
    ServedTopic served = table.topic(topic.id());
    LogConfig config = null;
    LocalReplica[] slots = new LocalReplica[topic.partitions().size()];
    List<LocalReplica> gone = new ArrayList<>();
    for (PartitionImage partition : topic.partitions()) {
      LocalReplica replica = served == null ? null : served.replica(partition.index());
      boolean here = partition.replicas().contains(self);
      if (here && replica == null && replicas >= mostReplicas()) {
        leftClosed++;
      } else if (here && replica == null) {
        replicas++;
        config = config == null ? configOf(topic.name(), next) : config;
        replica = new LocalReplica(new TopicIdPartition(topic.id(), new TopicPartition(topic.name(), partition.index())),
            partition, config, environment);
        added.add(replica);
        table.beginPause();
      } else if (here) {
        replica.apply(partition);
      } else if (replica != null) {
        gone.add(replica);
        replica = null;
      }
      slots[partition.index()] = replica;
    }
    table.put(new ServedTopic(topic.name(), topic.id(), topic.internal(), slots, throttledOf(topic.name(), next)));
    replicas -= gone.size();
    gone.forEach(replica -> ending.accept(replica, Errors.NOT_LEADER_OR_FOLLOWER));
  }

  private int mostReplicas() {
    int most = settings.get(ReplicationSettings.MARGAY_MAX_PARTITIONS_OPEN);
    return most >= 0 ? most : PartitionLimit.derivedOpen();
  }

  private void sayWhatIsLeftClosed() {
    if (leftClosed > 0 && lines.pass("closed") != LineLimit.HELD) {
      LOG.error("This broker has more partitions than it may open; the others are left closed open={} closed={}"
          + " setting=margay.max.partitions.open: give the process a larger heap, or delete topics", replicas, leftClosed);
      leftClosed = 0;
    }
  }

  private void remove(ServedTopic served, BiConsumer<LocalReplica, Errors> ending) {
    table.remove(served);
    for (int i = 0; i < served.partitions(); i++) {
      LocalReplica replica = served.replica(i);
      if (replica != null) {
        replicas--;
        ending.accept(replica, Errors.UNKNOWN_TOPIC_OR_PARTITION);
      }
    }
  }

  private LogConfig configOf(String topic, ClusterImage next) {
    return LogConfig.of(settings.topic(next.config(ConfigResource.topic(topic))));
  }

  private ThrottledReplicas throttledOf(String topic, ClusterImage next) {
    return ThrottledReplicas.of(settings.topic(next.config(ConfigResource.topic(topic))), self);
  }

  private void configure(ServedTopic served, ClusterImage next) {
    served.throttled(throttledOf(served.name(), next));
    LogConfig config = null;
    for (int i = 0; i < served.partitions(); i++) {
      LocalReplica replica = served.replica(i);
      if (replica != null) {
        config = config == null ? configOf(served.name(), next) : config;
        if (!config.equals(replica.config())) {
          replica.configure(config);
        }
      }
    }
  }

  private int openingThreads() {
    List<String> directories = settings.get(StorageSettings.LOG_DIRS);
    return settings.get(ReplicationSettings.NUM_RECOVERY_THREADS_PER_DATA_DIR) * (directories == null ? 1 : Math.max(1, directories.size()));
  }

  private synchronized void settingsChanged(Set<String> names) {
    if (!closed) {
      for (ServedTopic served : table.topics()) {
        configure(served, image);
      }
    }
  }

  /** @param listener is notified of all existing leaderships, and of all changes from now on */
  public void addListener(LeadershipListener listener) {
    notifier.add(listener);
  }

  /** @param listener is no longer called when this returns, unless it holds up the caller for seconds */
  public void removeListener(LeadershipListener listener) {
    notifier.remove(listener);
  }

  /** Ends all leaderships, notifies the listeners, closes the logs cleanly and waits for that. */
  @Override
  public void close() {
    List<LocalReplica> replicas = new ArrayList<>();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      for (ServedTopic served : table.topics()) {
        for (int i = 0; i < served.partitions(); i++) {
          if (served.replica(i) != null) {
            replicas.add(served.replica(i));
          }
        }
      }
    }
    registration.close();
    cluster.close();
    keeper.close(replicas);
    notifier.close();
    fresh.close();
  }
}
