package io.margay.spi.partition;

import io.margay.protocol.Errors;
import io.margay.spi.log.PartitionLog;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Ends transactions in the partitions of one topic whose records a coordinator keeps as its state, so that the state changes with the
 * log. Registered as a service by that coordinator. Safe for all threads; never blocks.
 */
@ConsumerType
public interface MarkerWriter {
  /**
   * The end of a transaction in one partition.
   *
   * @param producerId the producer
   * @param producerEpoch its epoch
   * @param committed false when it was aborted
   * @param coordinatorEpoch epoch of the transaction coordinator
   * @param version of the protocol that the producer used; from 2 on, the epoch is higher than that of the records
   */
  record Marker(long producerId, short producerEpoch, boolean committed, int coordinatorEpoch, int version) {
    /** @return the source of the append */
    public PartitionLog.Origin origin() {
      return version >= 2 ? PartitionLog.Origin.COORDINATOR_V2 : PartitionLog.Origin.COORDINATOR;
    }
  }

  /** @return the topic that it writes to */
  String topic();

  /**
   * Writes a marker.
   *
   * @param partition index of the partition
   * @param marker the end of the transaction
   * @return completes with NONE when the marker is committed, else with an error; never exceptionally
   */
  CompletionStage<Errors> write(int partition, Marker marker);
}
