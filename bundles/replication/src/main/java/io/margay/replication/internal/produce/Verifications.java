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
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * The first batches of transactions, which wait until the coordinator has confirmed that the partition belongs to the transaction
 * (KIP-890), and those after them, so that all are appended in their order. One question is open for each transaction and partition.
 * What waits is bounded by the memory of requests. Safe for all threads.
 */
final class Verifications {
  /** From this version of Produce on the broker adds the partition to the transaction. */
  static final short FIRST_THAT_ADDS = 12;
  private static final short FIRST_WITH_ABORTABLE = 11;
  /** A marker of the producer's last transaction may come in between. */
  private static final int MOST_ATTEMPTS = 5;

  /** A batch that waits. Called once, on any thread. */
  interface Waiting {
    /** The batch may be appended. */
    void verified();

    /** The batch is refused. */
    void refused(Errors error);
  }

  /** A transaction in a partition. */
  record Key(TopicIdPartition partition, Claim claim, boolean add) { }

  private final Map<Key, ArrayDeque<Waiting>> queues = new HashMap<>();
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

  /** Whether a batch has to {@link #await}. */
  boolean mustWait(PartitionLeader leader, Key key) {
    synchronized (queues) {
      if (queues.containsKey(key)) {
        return true;
      }
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
    long number = leader.log().beginVerification(key.claim.producerId(), key.claim.producerEpoch());
    if (number == PartitionLog.NO_VERIFICATION) {
      drain(key, Errors.NONE);
      return;
    }
    TransactionVerifier now = verifier;
    CompletionStage<Errors> answer = now == null ? CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE)
        : now.verify(key.claim, key.partition.topicPartition(), key.add);
    answer.whenComplete((error, failure) -> {
      if (failure != null || error != Errors.NONE) {
        drain(key, failure == null ? error : Errors.COORDINATOR_NOT_AVAILABLE);
      } else if (leader.log().endVerification(key.claim.producerId(), number)) {
        drain(key, Errors.NONE);
      } else if (attempt < MOST_ATTEMPTS) {
        ask(leader, key, attempt + 1);
      } else {
        drain(key, Errors.COORDINATOR_NOT_AVAILABLE);
      }
    });
  }

  /** What comes meanwhile waits behind, and is the last to go. */
  private void drain(Key key, Errors error) {
    for (;;) {
      Waiting next;
      synchronized (queues) {
        next = queues.get(key).poll();
        if (next == null) {
          queues.remove(key);
          return;
        }
      }
      if (error == Errors.NONE) {
        next.verified();
      } else {
        next.refused(error);
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
