package io.margay.mirror.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.spi.mirror.MirrorException;
import io.margay.spi.mirror.MirrorLinks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of this node: those that the cluster's settings hold, and those of files, of which one with the name of a link of the cluster is
 * ignored. A changed link is ended and begun again. While there is no link, nothing runs. Safe for all threads.
 */
final class LinkTable {
  private static final Logger LOG = LoggerFactory.getLogger(LinkTable.class);
  /** Names of the settings that hold links begin with it. */
  private static final String PREFIX = MirrorSettings.LINKS.name().substring(0, MirrorSettings.LINKS.name().length() - 1);
  /** More links are not begun. */
  private static final int LINKS_MAX = 100;

  /** A link as it was given, and what became of it: a link that runs, or what is wrong with it. */
  private record Entry(String origin, SortedMap<String, String> fields, Link link, String wrong) { }

  private final MirrorContext context;
  /** Begins and ends links, which may wait; its thread ends when there is nothing to do. */
  private final ThreadPoolExecutor worker;
  private final Map<String, LinkFile> files = new HashMap<>();
  private volatile Map<String, Entry> entries = Map.of();
  private boolean closed;

  LinkTable(MirrorContext context) {
    this.context = context;
    this.worker = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
      Thread thread = new Thread(task, "margay-mirror-links");
      thread.setDaemon(true);
      return thread;
    });
    worker.allowCoreThreadTimeOut(true);
  }

  /** @return the name of the setting that holds a link */
  static String setting(String link) {
    return PREFIX + link;
  }

  void onImage(ClusterDelta delta, ClusterImage image) {
    if (delta.first() || delta.changedConfigs().contains(ConfigResource.ALL_BROKERS)) {
      if (!entries.isEmpty() || image.config(ConfigResource.ALL_BROKERS).keySet().stream().anyMatch(k -> k.startsWith(PREFIX))) {
        later(this::reconcile);
      }
    }
    if (!delta.changedConfigs().isEmpty() || !delta.changedTopics().isEmpty() || !delta.deletedTopics().isEmpty() || delta.brokersChanged()) {
      changed();
    }
  }

  /** Leaderships, or topics, of this cluster have changed. */
  void changed() {
    for (Entry entry : entries.values()) {
      if (entry.link() != null) {
        entry.link().changed();
      }
    }
  }

  void add(LinkFile file) {
    synchronized (files) {
      files.put(file.name(), file);
    }
    later(this::reconcile);
  }

  void remove(LinkFile file) {
    synchronized (files) {
      files.remove(file.name(), file);
    }
    later(this::reconcile);
  }

  private void later(Runnable task) {
    try {
      worker.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("The bundle ends", e);
    }
  }

  private synchronized void reconcile() {
    if (closed) {
      return;
    }
    Map<String, Entry> wanted = new TreeMap<>();
    synchronized (files) {
      files.values().forEach(file -> wanted.put(file.name(), new Entry(file.origin(), file.fields(), null, null)));
    }
    context.image().config(ConfigResource.ALL_BROKERS).forEach((name, value) -> {
      if (name.startsWith(PREFIX)) {
        wanted.put(name.substring(PREFIX.length()), given(value));
      }
    });
    Map<String, Entry> before = entries;
    Map<String, Entry> next = new TreeMap<>();
    before.forEach((name, entry) -> {
      Entry now = wanted.get(name);
      if (now != null && now.fields().equals(entry.fields()) && now.origin().equals(entry.origin())) {
        next.put(name, entry);
      } else if (entry.link() != null) {
        LOG.info("A link ends, because it was {} link={}", now == null ? "removed" : "changed", name);
        entry.link().close();
      }
    });
    wanted.forEach((name, entry) -> {
      if (!next.containsKey(name)) {
        next.put(name, begun(name, entry, next.size()));
      }
    });
    entries = Map.copyOf(next);
  }

  private static Entry given(String value) {
    try {
      return new Entry("cluster", LinkConfig.fields(value), null, null);
    } catch (IllegalArgumentException e) {
      return new Entry("cluster", new TreeMap<>(), null, e.getMessage());
    }
  }

  private Entry begun(String name, Entry entry, int others) {
    String wrong = entry.wrong();
    if (others >= LINKS_MAX) {
      wrong = "there are " + LINKS_MAX + " other links, more are not begun";
    }
    if (wrong == null) {
      try {
        Link link = new Link(LinkConfig.of(name, entry.fields()), entry.origin(), context);
        link.start();
        return new Entry(entry.origin(), entry.fields(), link, null);
      } catch (IllegalArgumentException e) {
        wrong = e.getMessage();
      }
    }
    LOG.error("A link is not valid, and does not begin link={} origin={} cause={}", name, entry.origin(), wrong);
    return new Entry(entry.origin(), entry.fields(), null, wrong);
  }

  /** All links, by name. */
  List<MirrorLinks.Link> list() {
    List<MirrorLinks.Link> list = new ArrayList<>();
    new TreeMap<>(entries).forEach((name, entry) -> list.add(new MirrorLinks.Link(name, entry.origin(), entry.fields(),
        entry.link() == null ? "invalid" : entry.link().state(), entry.link() == null ? entry.wrong() : entry.link().problem())));
    return list;
  }

  boolean has(String name) {
    return entries.containsKey(name);
  }

  /** A link that runs. */
  Link get(String name) throws MirrorException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new MirrorException("there is no link " + name + "; mirror:list shows the links");
    }
    if (entry.link() == null) {
      throw new MirrorException("link " + name + " does not run: " + entry.wrong());
    }
    return entry.link();
  }

  /** Where a link is defined, and its fields. */
  MirrorLinks.Link given(String name, boolean ofCluster) throws MirrorException {
    MirrorLinks.Link found = list().stream().filter(l -> l.name().equals(name)).findFirst()
        .orElseThrow(() -> new MirrorException("there is no link " + name + "; mirror:list shows the links"));
    if (ofCluster && !found.origin().equals("cluster")) {
      throw new MirrorException("link " + name + " is defined in " + found.origin() + "; change it there");
    }
    return found;
  }

  /** Ends all links, and waits for them, bounded. */
  void close() {
    synchronized (this) {
      closed = true;
      worker.shutdown();
      for (Entry entry : entries.values()) {
        if (entry.link() != null) {
          entry.link().close();
        }
      }
      entries = Map.of();
    }
  }
}
