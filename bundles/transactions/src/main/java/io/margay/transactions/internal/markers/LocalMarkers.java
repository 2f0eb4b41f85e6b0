package io.margay.transactions.internal.markers;

import io.margay.model.Clock;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.MarkerWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/**
 * Writes markers into the partitions that this broker leads. Where a coordinator keeps its state in the partition, it writes the marker
 * itself, so that state and log agree. Safe for all threads.
 */
public final class LocalMarkers {
  /** Topics whose markers only their coordinator writes; while it is away, they wait. */
  private static final Set<String> COORDINATED = Set.of("__consumer_offsets");

  private final Clock clock;
  private final IntSupplier timeoutMs;
  private final Map<TopicPartition, LeaderPartition> led = new ConcurrentHashMap<>();
  private final Map<String, MarkerWriter> writers = new ConcurrentHashMap<>();

  /**
   * @param clock time of the markers
   * @param timeoutMs how long a marker waits for the replicas, in milliseconds
   */
  public LocalMarkers(Clock clock, IntSupplier timeoutMs) {
    this.clock = clock;
    this.timeoutMs = timeoutMs;
  }

  /** @param partition a partition that this broker leads now */
  public void onElected(LeaderPartition partition) {
    led.put(partition.id().topicPartition(), partition);
  }

  /** @param tp a partition that this broker no longer leads */
  public void onResigned(TopicPartition tp) {
    led.remove(tp);
  }

  /** @param writer writes to a topic */
  public void add(MarkerWriter writer) {
    writers.put(writer.topic(), writer);
  }

  /** @param writer leaves */
  public void remove(MarkerWriter writer) {
    writers.remove(writer.topic(), writer);
  }

  /**
   * @param tp a partition
   * @param marker the end of a transaction
   * @return completes with NONE when the marker is committed, else with an error; exceptionally when what was thrown is a bug, or memory is
   *     short
   */
  public CompletionStage<Errors> write(TopicPartition tp, MarkerWriter.Marker marker) {
    try {
      return append(tp, marker);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private CompletionStage<Errors> append(TopicPartition tp, MarkerWriter.Marker marker) {
    if (COORDINATED.contains(tp.topic())) {
      MarkerWriter writer = writers.get(tp.topic());
      return writer == null ? CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE)
          : writer.write(tp.partition(), marker);
    }
    LeaderPartition partition = led.get(tp);
    if (partition == null) {
      return CompletableFuture.completedFuture(Errors.NOT_LEADER_OR_FOLLOWER);
    }
    PartitionLog.Appended done;
    ByteBuf batch = ControlRecords.buildEndTransaction(PooledByteBufAllocator.DEFAULT, 0, clock.millis(), 0, marker.producerId(),
        marker.producerEpoch(), new ControlRecords.EndTransactionMarker(
            marker.committed() ? ControlRecordType.COMMIT : ControlRecordType.ABORT, marker.coordinatorEpoch()));
    try {
      done = partition.append(batch, marker.origin());
    } finally {
      batch.release();
    }
    if (done.error() != Errors.NONE) {
      return CompletableFuture.completedFuture(done.error());
    }
    CompletableFuture<Errors> committed = new CompletableFuture<>();
    partition.whenCommitted(done.nextOffset(), timeoutMs.getAsInt(), committed::complete);
    return committed;
  }
}
