package io.margay.spi.producer;

import io.margay.protocol.record.RecordHeader;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Produces records in process, acknowledged by all in-sync replicas. Safe for all threads; records that one thread sends to one
 * partition are written in that order.
 */
@ProviderType
public interface Producer {
  /**
   * The position of a record.
   *
   * @param partition its partition
   * @param offset its offset there
   */
  record Sent(int partition, long offset) { }

  /**
   * Sends a record to the partition that the topic's partitioner chooses ({@code margay.partitioner}).
   *
   * @param topic the topic's name; it must exist
   * @param key may be null
   * @param value may be null
   * @param headers in order, not null; like key and value they must not be changed until the result completes
   * @return completes when the record is written, on any thread; exceptionally with a {@link ProduceException}
   */
  CompletionStage<Sent> send(String topic, byte[] key, byte[] value, List<RecordHeader> headers);
}
