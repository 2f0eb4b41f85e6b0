package io.margay.mirror.internal;

import io.margay.model.TopicPartition;
import java.io.IOException;
import java.util.List;

/** Asks a source where the partitions of lanes start and end. Used by one thread. */
final class LaneSource implements Lane.Source {
  private final PartitionOffsets offsets;
  private final long wanted;

  /** @param wanted where new links begin: {@link PartitionOffsets#EARLIEST}, {@link PartitionOffsets#LATEST}, or a time in milliseconds */
  LaneSource(RemoteCluster source, long wanted) {
    this.offsets = new PartitionOffsets(source);
    this.wanted = wanted;
  }

  private static TopicPartition partition(LaneId lane) {
    return new TopicPartition(lane.source().topic(), lane.partition());
  }

  @Override
  public Lane.Bounds bounds(LaneId lane) throws IOException, InterruptedException {
    TopicPartition tp = partition(lane);
    Long start = offsets.of(List.of(tp), PartitionOffsets.EARLIEST).get(tp);
    Long end = offsets.of(List.of(tp)).get(tp);
    if (start == null || end == null) {
      throw new IOException("the source does not say where " + tp + " starts and ends");
    }
    return new Lane.Bounds(start, end);
  }

  @Override
  public long begin(LaneId lane, Lane.Bounds bounds) throws IOException, InterruptedException {
    if (wanted == PartitionOffsets.EARLIEST) {
      return bounds.start();
    } else if (wanted == PartitionOffsets.LATEST) {
      return bounds.end();
    }
    TopicPartition tp = partition(lane);
    Long found = offsets.of(List.of(tp), wanted).get(tp);
    if (found == null) {
      throw new IOException("the source does not say where " + tp + " has records of that time");
    }
    // it begins at the end when no record is that young
    return found < 0 ? bounds.end() : Math.min(Math.max(bounds.start(), found), bounds.end());
  }
}
