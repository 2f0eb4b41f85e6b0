package io.margay.replication.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, closes and deletes logs, on a few threads that end when there is nothing to do. A log that cannot be opened is tried
 * again, because its disk or its engine may come back. A partition is never opened before the deletion of one with the same name
 * has ended, as the two may share a place.
 */
final class StoredLogs {
  private static final Logger LOG = LoggerFactory.getLogger(StoredLogs.class);
  private static final long REOPEN_MS = 5_000;
  private static final long CLOSE_SECONDS = 60;

  private final Logs logs;
  private final ReplicaTable table;
  private final Scheduler scheduler;
  private final ThreadPoolExecutor threads;
  private final IntSupplier threadCount;
  private final Map<TopicPartition, CompletableFuture<Void>> deletions = new ConcurrentHashMap<>();

  StoredLogs(Logs logs, ReplicaTable table, Scheduler scheduler, IntSupplier threadCount) {
    this.threadCount = threadCount;
    int first = threadCount.getAsInt();
    this.logs = logs;
    this.table = table;
    this.scheduler = scheduler;
    // The queue holds at most some tasks for each partition.
    this.threads = new ThreadPoolExecutor(first, first, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
        task -> new Thread(task, "margay-open-logs"));
    threads.allowCoreThreadTimeOut(true);
  }

  /** Opens the logs of replicas, whose opening the table has counted. */
  void open(List<LocalReplica> replicas) {
    replicas.forEach(this::open);
  }

  private void open(LocalReplica replica) {
    CompletableFuture<Void> deletion = deletions.get(replica.id().topicPartition());
    if (deletion == null) {
      whenReady(replica);
    } else {
      deletion.whenComplete((done, failure) -> whenReady(replica));
    }
  }

  /** No thread waits for an engine, so that one that is late holds up nobody else's logs. */
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
          PartitionLog log = logs.open(id, replica.config());
          if (!replica.opened(log)) {
            log.close();
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("A log cannot be opened and will be tried again topic={} partition={} afterMs={}", id.topic(), id.partition(),
          REOPEN_MS, e);
      replica.failed();
      scheduler.after(REOPEN_MS, () -> reopen(replica));
    } finally {
      table.endPause();
    }
  }

  private void reopen(LocalReplica replica) {
    if (!threads.isShutdown() && replica.reopening()) {
      table.beginPause();
      open(replica);
    }
  }

  /** Ends a replica and deletes its log in the background. */
  void delete(LocalReplica replica) {
    replica.close();
    delete(replica.id(), replica.fileLock());
  }

  private void delete(TopicIdPartition id, Object fileLock) {
    CompletableFuture<Void> deletion = new CompletableFuture<>();
    deletions.put(id.topicPartition(), deletion);
    boolean accepted = execute(() -> {
      try {
        synchronized (fileLock) {
          logs.delete(id);
        }
        LOG.info("Deleted a log topic={} partition={} topicId={}", id.topic(), id.partition(), id.topicId());
      } catch (IOException | RuntimeException e) {
        LOG.error("A log cannot be deleted topic={} partition={} topicId={}", id.topic(), id.partition(), id.topicId(), e);
      } finally {
        deletions.remove(id.topicPartition(), deletion);
        deletion.complete(null);
      }
    });
    if (!accepted) {
      deletions.remove(id.topicPartition(), deletion);
      deletion.complete(null);
    }
  }

  /**
   * The first image is there: deletes what is stale, opens the rest, all in the background.
   *
   * @param image gives the newest of what the cluster knows
   * @param self this node
   * @param replicas those to open
   */
  void start(Supplier<ClusterImage> image, BrokerId self, List<LocalReplica> replicas) {
    execute(() -> {
      if (image.get().offset() >= 0) {
        deleteStale(image, self);
      }
      open(replicas);
    });
  }

  /**
   * Deletes what is stored here and not in the image, by topic id: what was deleted while this node was down. Skipped when the
   * cluster has no topics at all, which looks more like lost metadata than like a reason to delete everything.
   */
  private void deleteStale(Supplier<ClusterImage> newest, BrokerId self) {
    List<TopicIdPartition> stale = new ArrayList<>();
    ClusterImage image;
    try {
      List<TopicIdPartition> stored = logs.stored();
      // Only now, so that the image has every topic whose log was made before the logs were listed.
      image = newest.get();
      for (TopicIdPartition id : stored) {
        if (isStale(id, image, self)) {
          stale.add(id);
        }
      }
    } catch (IOException e) {
      LOG.error("The stored logs cannot be listed, so none of a deleted topic is removed", e);
      return;
    }
    if (!stale.isEmpty() && image.topics().isEmpty()) {
      LOG.warn("Logs are stored, but the cluster has no topic; they are kept logs={}", stale.size());
      return;
    }
    for (TopicIdPartition id : stale) {
      LOG.info("A stored log belongs to no replica of this node and is deleted topic={} partition={} topicId={}", id.topic(),
          id.partition(), id.topicId());
      delete(id, this);
    }
  }

  private static boolean isStale(TopicIdPartition id, ClusterImage image, BrokerId self) {
    TopicImage topic = image.topic(id.topicId());
    if (topic == null || id.partition() >= topic.partitions().size()) {
      return true;
    }
    PartitionImage partition = topic.partitions().get(id.partition());
    return !partition.replicas().contains(self);
  }

  private boolean execute(Runnable task) {
    try {
      Pools.resize(threads, threadCount.getAsInt());
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Ends the replicas and closes their logs; what is still to be opened is not. Waits, bounded. */
  void close(List<LocalReplica> replicas) {
    for (LocalReplica replica : replicas) {
      PartitionLog log = replica.close();
      if (log != null) {
        execute(() -> closeLog(log));
      }
    }
    Pools.end(threads, CLOSE_SECONDS);
  }

  private static void closeLog(PartitionLog log) {
    try {
      log.close();
    } catch (IOException | RuntimeException e) {
      LOG.error("A log was not closed in good order topic={} partition={}", log.id().topic(), log.id().partition(), e);
    }
  }
}
