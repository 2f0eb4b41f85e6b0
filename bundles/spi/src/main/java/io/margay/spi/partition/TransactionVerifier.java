package io.margay.spi.partition;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Asks the coordinator of a transaction, wherever it runs, whether a partition belongs to it (KIP-890). Registered as a service by the
 * part that coordinates transactions. Safe for all threads; never blocks.
 */
@ConsumerType
public interface TransactionVerifier {
  /** What a producer claims to be in. */
  record Claim(String transactionalId, long producerId, short producerEpoch) { }

  /**
   * @param claim transaction and producer
   * @param partition a partition
   * @param add whether the partition is added when the transaction does not have it yet, which begins a transaction if none is open
   * @return completes with NONE when the partition belongs to the open transaction; with TRANSACTION_ABORTABLE when it does not, with
   *     the error of the coordinator, or with COORDINATOR_NOT_AVAILABLE when it cannot be reached. Never exceptionally
   */
  CompletionStage<Errors> verify(Claim claim, TopicPartition partition, boolean add);
}
