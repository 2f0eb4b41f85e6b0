package io.margay.replication.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, closes, deletes and sets aside the stored logs, on a few threads that end when there is nothing to do. A log that cannot
 * be opened is tried again, because its disk or its engine may come back. A partition is never opened before an earlier one with
 * the same name has been deleted or set aside, because the two may share a place.
 *
 * <p>A partition that an image has deleted is deleted. A partition that an image does not know, and that was not deleted while this
 * node followed the images, is set aside: the topic may have been deleted while this node was down, or the metadata may be damaged.
 */
final class StoredLogs {
  private static final Logger LOG = LoggerFactory.getLogger(StoredLogs.class);
  private static final long REOPEN_MS = 5_000;
  private static final long CLOSE_SECONDS = 60;
  /** Logs that are set aside are logged one by one up to this many, then only their number. */
  private static final int MOST_TOLD = 20;

  private final Logs logs;
  private final ReplicaTable table;
  private final Scheduler scheduler;
  private final ExecutorService threads;
  private final IntSupplier threadCount;
  /** A log that is being deleted or set aside. */
  private final Map<TopicPartition, CompletableFuture<Void>> removals = new ConcurrentHashMap<>();
  private final AtomicInteger setAside = new AtomicInteger();

  StoredLogs(Logs logs, ReplicaTable table, Scheduler scheduler, IntSupplier threadCount, Pools.Factory pools) {
    this.threadCount = threadCount;
    this.logs = logs;
    this.table = table;
    this.scheduler = scheduler;
    // The queue holds at most a few tasks for each partition.
    this.threads = pools.pool("margay-open-logs", threadCount.getAsInt(), Integer.MAX_VALUE);
  }

  /** Opens the logs of replicas that the table counts as being opened. */
  void open(List<LocalReplica> replicas) {
    replicas.forEach(this::open);
  }

  private void open(LocalReplica replica) {
    CompletableFuture<Void> removal = removals.get(replica.id().topicPartition());
    if (removal == null) {
      whenReady(replica);
    } else {
      removal.whenComplete((done, failure) -> whenReady(replica));
    }
  }

  /** No thread waits for an engine, so that a late engine does not delay the logs of others. */
  private void whenReady(LocalReplica replica) {
    logs.whenReady(replica.id(), replica.config(), () -> submit(replica));
  }

  private void submit(LocalReplica replica) {
    if (!execute(() -> openNow(replica))) {
      replica.failed();
      table.endPause();
    }
  }

  private void openNow(LocalReplica replica) {
    TopicIdPartition id = replica.id();
    try {
      synchronized (replica.fileLock()) {
        if (!replica.closed()) {
          openInto(replica);
        }
      }
      if (replica.endFailure()) {
        LOG.info("A log is open again topic={} partition={}", id.topic(), id.partition());
      }
    } catch (IOException | RuntimeException | Error e) {
      if (replica.beginFailure()) {
        LOG.error("A log cannot be opened and will be tried again topic={} partition={} everyMs={}", id.topic(), id.partition(),
            REOPEN_MS, e);
      } else {
        LOG.debug("A log still cannot be opened topic={} partition={}", id.topic(), id.partition(), e);
      }
      replica.failed();
      scheduler.after(REOPEN_MS, () -> reopen(replica));
    } finally {
      table.endPause();
    }
  }

  private void openInto(LocalReplica replica) throws IOException {
    PartitionLog log = logs.open(replica.id(), replica.config());
    boolean taken = false;
    try {
      taken = replica.opened(log);
    } finally {
      if (!taken) {
        log.close();
      }
    }
  }

  private void reopen(LocalReplica replica) {
    if (!threads.isShutdown() && replica.reopening()) {
      table.beginPause();
      open(replica);
    }
  }

  /** Ends a replica that an image has deleted, and deletes its log in the background. */
  void delete(LocalReplica replica, Errors why) {
    replica.close(why);
    remove(replica.id(), replica.fileLock(), this::deleteNow);
  }

  /** Deletes the log, if there is one, of a partition that has no replica object because there was no room to open it. */
  void deleteUnopened(TopicIdPartition id) {
    remove(id, this, this::deleteNow);
  }

  /** Ends a replica that an image does not know, and sets its log aside in the background. */
  void setAside(LocalReplica replica, Errors why) {
    replica.close(why);
    remove(replica.id(), replica.fileLock(), this::setAsideNow);
  }

  private void remove(TopicIdPartition id, Object fileLock, Consumer<TopicIdPartition> how) {
    CompletableFuture<Void> removal = new CompletableFuture<>();
    removals.put(id.topicPartition(), removal);
    boolean accepted = execute(() -> {
      try {
        synchronized (fileLock) {
          how.accept(id);
        }
      } finally {
        removals.remove(id.topicPartition(), removal);
        removal.complete(null);
      }
    });
    if (!accepted) {
      removals.remove(id.topicPartition(), removal);
      removal.complete(null);
    }
  }

  private void deleteNow(TopicIdPartition id) {
    try {
      logs.delete(id);
      LOG.info("Deleted a log topic={} partition={} topicId={}", id.topic(), id.partition(), id.topicId());
    } catch (IOException | RuntimeException e) {
      LOG.error("A log cannot be deleted topic={} partition={} topicId={}", id.topic(), id.partition(), id.topicId(), e);
    }
  }

  private void setAsideNow(TopicIdPartition id) {
    try {
      logs.setAside(id);
      int count = setAside.incrementAndGet();
      if (count <= MOST_TOLD) {
        LOG.warn("A stored log belongs to no partition that the cluster knows on this node; it is set aside, and deleted later, see "
            + "margay.stray.retention.ms topic={} partition={} topicId={}", id.topic(), id.partition(), id.topicId());
      } else if (Integer.bitCount(count) == 1) {
        LOG.warn("More stored logs are set aside so far={}", count);
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("A log cannot be set aside; it is kept where it is topic={} partition={} topicId={}", id.topic(), id.partition(),
          id.topicId(), e);
    }
  }

  /**
   * The first image is there: sets aside what it does not know, and opens the rest, all in the background.
   *
   * @param image gives the newest image
   * @param self this node
   * @param replicas the replicas to open
   */
  void start(Supplier<ClusterImage> image, BrokerId self, List<LocalReplica> replicas) {
    execute(() -> {
      if (image.get().offset() >= 0) {
        setStraysAside(image, self);
      }
      open(replicas);
    });
  }

  /**
   * Sets aside logs that are stored here but not in the image, by topic id: topics that were deleted while this node was down, or
   * that damaged metadata have lost. When the cluster has no topics at all, which looks more like lost metadata, all logs stay in
   * their place.
   */
  private void setStraysAside(Supplier<ClusterImage> newest, BrokerId self) {
    List<TopicIdPartition> strays = new ArrayList<>();
    ClusterImage image;
    try {
      List<TopicIdPartition> stored = logs.stored();
      // Only now, so that the image has every topic whose log was created before the logs were listed.
      image = newest.get();
      for (TopicIdPartition id : stored) {
        if (isStray(id, image, self)) {
          strays.add(id);
        }
      }
    } catch (IOException e) {
      LOG.error("The stored logs cannot be listed, so none that the cluster does not know is set aside", e);
      return;
    }
    if (!strays.isEmpty() && image.topics().isEmpty()) {
      LOG.warn("Logs are stored, but the cluster has no topic; they are left where they are logs={}", strays.size());
      return;
    }
    for (TopicIdPartition id : strays) {
      remove(id, this, this::setAsideNow);
    }
  }

  /** A log whose topic id is unknown, because a crash took the file, belongs to the topic of its name. */
  private static boolean isStray(TopicIdPartition id, ClusterImage image, BrokerId self) {
    TopicImage topic = id.topicId().equals(KafkaUuid.ZERO) ? image.topic(id.topic()) : image.topic(id.topicId());
    if (topic == null || id.partition() >= topic.partitions().size()) {
      return true;
    }
    PartitionImage partition = topic.partitions().get(id.partition());
    return !partition.replicas().contains(self);
  }

  private boolean execute(Runnable task) {
    try {
      Pools.resize(threads, threadCount.getAsInt());
      threads.execute(() -> perform(task));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private static void perform(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A task on stored logs failed", e);
    }
  }

  /** Ends the replicas and closes their logs; logs that are not open yet stay closed. Waits, for a bounded time. */
  void close(List<LocalReplica> replicas) {
    for (LocalReplica replica : replicas) {
      PartitionLog log = replica.close(Errors.NOT_LEADER_OR_FOLLOWER);
      if (log != null) {
        execute(() -> closeLog(log));
      }
    }
    if (!Pools.end(threads, CLOSE_SECONDS)) {
      LOG.warn("Logs were not all closed in time");
    }
  }

  private static void closeLog(PartitionLog log) {
    try {
      log.close();
    } catch (IOException | RuntimeException e) {
      LOG.error("A log was not closed cleanly topic={} partition={}", log.id().topic(), log.id().partition(), e);
    }
  }
}
