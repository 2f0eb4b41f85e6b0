package io.margay.coordinator;

import io.margay.spi.partition.MarkerWriter;
import org.osgi.annotation.versioning.ProviderType;

/** What a {@link Result} is in the transaction of a producer who is not the coordinator. */
@ProviderType
public sealed interface TransactionStep {
  /**
   * The records belong to a transaction that is open; they are replayed with the producer's id.
   *
   * @param producerId the producer
   * @param producerEpoch its epoch
   */
  record Part(long producerId, short producerEpoch) implements TransactionStep { }

  /**
   * A marker ends the transaction; there are no records. The state gets {@link ShardState#replayMarker}.
   *
   * @param marker the end
   */
  record End(MarkerWriter.Marker marker) implements TransactionStep { }
}
