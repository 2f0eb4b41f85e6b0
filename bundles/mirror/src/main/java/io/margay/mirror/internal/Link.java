package io.margay.mirror.internal;

import io.margay.model.TopicPartition;
import io.margay.spi.mirror.MirrorLinks.Partition;
import io.margay.spi.mirror.MirrorLinks.Topic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link on this node. Its control thread looks at the source from time to time, brings topics, configs and groups in line (on the node that
 * leads the cluster's metadata), and tells the {@link LinkLoop}, which has a thread of its own, what to mirror. Nothing is kept: after an
 * update of the bundle, or on another node, each mirror goes on at the end of its log.
 */
final class Link implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);
  private static final long ROUND_MS_MIN = 100;
  private static final long CLOSE_MS = 5_000;

  private final LinkConfig config;
  private final String origin;
  private final MirrorContext context;
  private final ThreadPoolExecutor loopThread;
  private final LinkLoop loop;
  private final Lanes lanes;
  private final TargetTopics topics;
  private final RemoteCluster source;
  private final GroupSync groups;
  private final Thread control;
  private LinkMetrics metrics;
  /** Guarded by the monitor. */
  private boolean closed;
  private boolean changed = true;
  private boolean refresh = true;
  private volatile SourceView view = SourceView.NONE;
  private volatile boolean seen;
  private volatile Map<TopicPartition, Long> sourceEnds = Map.of();
  private volatile String problem;
  private volatile TreeMap<String, Topic> states = new TreeMap<>();

  Link(LinkConfig config, String origin, MirrorContext context) {
    this.config = config;
    this.origin = origin;
    this.context = context;
    this.loopThread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
        task -> daemon(task, "margay-mirror-" + config.name()));
    this.loop = new LinkLoop(config, context.ports(), loopThread, this::refresh);
    this.lanes = new Lanes(config, context, this::refresh, LaneThreads.REAL);
    this.topics = new TargetTopics(config, context);
    this.source = new RemoteCluster("margay-mirror-" + config.name(), context.ports().client(), config::bootstrap, config::access);
    this.groups = new GroupSync(config, context, source);
    this.control = daemon(this::run, "margay-mirror-control-" + config.name());
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    LOG.info("A link begins link={} origin={} source={} paused={}", config.name(), origin, config.bootstrap(), config.paused());
    control.start();
    metrics = new LinkMetrics(this, this::ownPartitions);
  }

  /** The partitions that this broker mirrors. */
  private List<Partition> ownPartitions() {
    List<Partition> own = new ArrayList<>();
    for (MirroredPartition partition : loop.partitions()) {
      MirroredPartition.Shown shown = partition.shown();
      if (shown != null) {
        TopicPartition tp = partition.assignment().target();
        own.add(new Partition(tp.topic(), tp.partition(), -1, shown.state().name().toLowerCase(Locale.ROOT), shown.problem(), shown.progress()));
      }
    }
    lanes.shown(view).stream().filter(p -> p.progress() != null).forEach(own::add);
    return own;
  }

  LinkConfig config() {
    return config;
  }

  String origin() {
    return origin;
  }

  LinkLoop loop() {
    return loop;
  }

  /** What it partitions again. */
  Lanes lanes() {
    return lanes;
  }

  SourceView view() {
    return view;
  }

  /** Where the partitions of the source ended at the last look, all of the cluster; those that were not known are missing. */
  Map<TopicPartition, Long> sourceEnds() {
    return sourceEnds;
  }

  /** The topics as they were at the last look. */
  TreeMap<String, Topic> topics() {
    return states;
  }

  /** What is wrong, in words; null when nothing is. */
  String problem() {
    String connection = config.topics().repartition() == null ? loop.problem() : lanes.problem();
    return problem != null ? problem : connection;
  }

  /** running, paused or waiting. */
  String state() {
    return config.paused() ? "paused" : problem != null || !seen ? "waiting" : "running";
  }

  /** Leaderships or topics of this cluster have changed. */
  synchronized void changed() {
    changed = true;
    notifyAll();
  }

  /** The source has changed, as it seems. */
  synchronized void refresh() {
    refresh = true;
    notifyAll();
  }

  private void run() {
    try {
      long lastFull = context.ports().clock().nanos() - TimeUnit.MILLISECONDS.toNanos(config.sync().intervalMs());
      for (;;) {
        boolean full = await(lastFull);
        if (full) {
          lastFull = context.ports().clock().nanos();
          look();
        }
        SourceView now = view;
        states = states();
        assign(now);
        if (full && !config.paused() && context.leadsCluster()) {
          alignGroups();
        }
        Thread.sleep(ROUND_MS_MIN);
      }
    } catch (InterruptedException e) {
      // the link was closed
      LOG.debug("A link ends link={}", config.name(), e);
    } catch (RuntimeException e) {
      problem = "the link has failed: " + e;
      LOG.error("A link has failed link={}", config.name(), e);
    } finally {
      source.close();
      groups.close();
      lanes.close();
    }
  }

  TreeMap<String, Topic> states() {
    return topics.states(view);
  }

  private void assign(SourceView now) {
    if (config.topics().repartition() == null) {
      loop.run(() -> loop.assign(topics.assignments(now), now.brokers()));
    } else {
      lanes.assign(now);
    }
  }

  /** Waits until there is something to do. Returns whether the source is to be looked at. */
  private synchronized boolean await(long lastFull) throws InterruptedException {
    for (;;) {
      long leftMs = config.sync().intervalMs() - (context.ports().clock().nanos() - lastFull) / 1_000_000;
      if (closed) {
        throw new InterruptedException("closed");
      }
      if (refresh || leftMs <= 0) {
        refresh = false;
        changed = false;
        return true;
      }
      if (changed) {
        changed = false;
        return false;
      }
      wait(leftMs);
    }
  }

  /** What cannot be done does not keep the rest from it: topics are brought in line while a broker of the source is down. */
  void look() throws InterruptedException {
    List<String> failures = new ArrayList<>();
    try {
      view = SourceView.of(source.metadata(null), config);
      seen = true;
      align(failures);
      sourceEnds = topics.sourceEnds(source, view, e -> failures.add(e.getMessage()));
    } catch (IOException e) {
      failures.add(e.getMessage());
    }
    String now = failures.isEmpty() ? null : String.valueOf(failures.get(0));
    if (now != null && problem == null) {
      LOG.warn("The source cannot be asked for everything; it is tried again link={} cause={}", config.name(), now);
    } else if (now == null && problem != null) {
      LOG.info("The source answers again link={}", config.name());
    }
    problem = now;
  }

  private void align(List<String> failures) throws InterruptedException {
    if (!config.paused() && context.leadsCluster()) {
      try {
        topics.align(source, view);
      } catch (IOException e) {
        failures.add(e.getMessage());
      }
    }
  }

  void alignGroups() throws InterruptedException {
    try {
      groups.align(view);
    } catch (IOException e) {
      LOG.debug("The offsets of groups were not mirrored link={}", config.name(), e);
    }
  }

  @Override
  public void close() {
    metrics.close();
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    control.interrupt();
    try {
      control.join(CLOSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loop.run(loop::close);
    loopThread.shutdown();
    try {
      if (!loopThread.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("A link ends while it still waits for a disk link={}", config.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
