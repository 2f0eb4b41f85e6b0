package io.margay.replication.internal.produce;

import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.record.RecordBatch;
import io.margay.replication.internal.PartitionLeader;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.TransactionVerifier;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first batches of transactions, which wait until the coordinator has confirmed that the partition belongs to the transaction
 * (KIP-890), and those after them, so that all are appended in their order. One question is open for each transaction and partition.
 * What waits is bounded by the memory of requests. Safe for all threads.
 */
final class Verifications {
  /** From this version of Produce on the broker adds the partition to the transaction. */
  static final short FIRST_THAT_ADDS = 12;
  private static final Logger LOG = LoggerFactory.getLogger(Verifications.class);
  private static final short FIRST_WITH_ABORTABLE = 11;
  /** A marker of the producer's last transaction may come in between, or the log be opened again. */
  private static final int MOST_ATTEMPTS = 5;

  /** A batch that waits. Called once, on any thread. */
  interface Waiting {
    /** The leadership that it would be appended under, or null when this broker does not lead. */
    PartitionLeader leader();

    /**
     * The batch may be appended.
     *
     * @return false when the log knows nothing of the verification, because a marker came, or the log was opened again; nothing is
     *     appended then
     */
    boolean verified();

    /** The batch is refused. */
    void refused(Errors error);
  }

  /** A transaction in a partition. */
  record Key(TopicIdPartition partition, Claim claim, boolean add) { }

  /** Changed with its monitor held, and read without it for each batch of a transaction. */
  private final Map<Key, ArrayDeque<Waiting>> queues = new ConcurrentHashMap<>();
  private final BooleanSupplier enabled;
  private volatile TransactionVerifier verifier;

  /** @param enabled whether clients without transactions v2 are checked */
  Verifications(BooleanSupplier enabled) {
    this.enabled = enabled;
  }

  void setVerifier(TransactionVerifier comes) {
    verifier = comes;
  }

  void unsetVerifier(TransactionVerifier leaves) {
    if (verifier == leaves) {
      verifier = null;
    }
  }

  static Key key(PartitionLeader leader, ByteBuf batch, String transactionalId, short version) {
    RecordBatch header = new RecordBatch().wrap(batch, batch.readerIndex());
    return new Key(leader.id(), new Claim(transactionalId, header.producerId(), header.producerEpoch()), version >= FIRST_THAT_ADDS);
  }

  /** Whether a batch must {@link #await}. */
  boolean mustWait(PartitionLeader leader, Key key) {
    if (queues.containsKey(key)) {
      return true;
    }
    long number = leader.log().beginVerification(key.claim.producerId(), key.claim.producerEpoch());
    if (number == PartitionLog.NO_VERIFICATION) {
      return false;
    }
    return key.add || enabled.getAsBoolean() || !leader.log().endVerification(key.claim.producerId(), number);
  }

  void await(PartitionLeader leader, Key key, Waiting batch) {
    boolean first;
    synchronized (queues) {
      ArrayDeque<Waiting> queue = queues.get(key);
      first = queue == null;
      if (first) {
        queue = new ArrayDeque<>(2);
        queues.put(key, queue);
      }
      queue.add(batch);
    }
    if (first) {
      ask(leader, key, 1);
    }
  }

  private void ask(PartitionLeader leader, Key key, int attempt) {
    if (leader == null || attempt > MOST_ATTEMPTS) {
      drain(key, leader == null ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.COORDINATOR_NOT_AVAILABLE, attempt);
      return;
    }
    outcome(leader, key).whenComplete((error, failure) -> {
      if (failure != null) {
        LOG.error("A transaction cannot be verified partition={}", key.partition, failure);
        drain(key, Errors.UNKNOWN_SERVER_ERROR, attempt);
      } else if (error != null) {
        drain(key, error, attempt);
      } else {
        ask(leader, key, attempt + 1);
      }
    });
  }

  /** Null when a marker came meanwhile, which makes the coordinator's answer worthless. */
  private CompletionStage<Errors> outcome(PartitionLeader leader, Key key) {
    try {
      long number = leader.log().beginVerification(key.claim.producerId(), key.claim.producerEpoch());
      TransactionVerifier now = verifier;
      if (number == PartitionLog.NO_VERIFICATION || now == null) {
        return CompletableFuture.completedFuture(number == PartitionLog.NO_VERIFICATION ? Errors.NONE : Errors.COORDINATOR_NOT_AVAILABLE);
      }
      return now.verify(key.claim, key.partition.topicPartition(), key.add).thenApply(error ->
          error != Errors.NONE || leader.log().endVerification(key.claim.producerId(), number) ? error : null);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Ends the wait of all batches in their order, also of those that come meanwhile. One batch that fails does not hold up the others; its
   * request ends at its timeout.
   */
  private void drain(Key key, Errors error, int attempt) {
    for (;;) {
      Waiting next;
      synchronized (queues) {
        next = queues.get(key).poll();
        if (next == null) {
          queues.remove(key);
          return;
        }
      }
      try {
        if (error != Errors.NONE) {
          next.refused(error);
        } else if (!next.verified()) {
          synchronized (queues) {
            queues.get(key).addFirst(next);
          }
          ask(next.leader(), key, attempt + 1);
          return;
        }
      } catch (RuntimeException | Error e) {
        LOG.error("A batch that waited for its transaction failed partition={}", key.partition, e);
      }
    }
  }

  /** The error as producers know it. What passes is an error that they retry. */
  static Errors forProducer(Errors error, short version) {
    return switch (error) {
      case CONCURRENT_TRANSACTIONS -> version >= FIRST_THAT_ADDS ? error : Errors.NOT_ENOUGH_REPLICAS;
      case COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, NETWORK_EXCEPTION, REQUEST_TIMED_OUT,
          UNKNOWN_TOPIC_OR_PARTITION -> Errors.NOT_ENOUGH_REPLICAS;
      case PRODUCER_FENCED -> Errors.INVALID_PRODUCER_EPOCH;
      case TRANSACTION_ABORTABLE -> version >= FIRST_WITH_ABORTABLE ? error : Errors.INVALID_TXN_STATE;
      default -> error;
    };
  }
}
