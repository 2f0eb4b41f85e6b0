package io.margay.transactions.internal.state;

import io.margay.model.TopicPartition;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the coordinator knows of a transactional id; immutable. Each method that returns another one is a transition, whose result is
 * written to the log.
 *
 * @param id the transactional id
 * @param producer the producer that uses it
 * @param timeoutMs after this time an open transaction is aborted
 * @param status the state
 * @param partitions of the open transaction, or of the one that is being ended; unmodifiable
 * @param startMs when the transaction began, in milliseconds since the epoch; -1 when there is none
 * @param updatedMs when this state began
 */
public record Transaction(String id, Producer producer, int timeoutMs, TransactionStatus status, Set<TopicPartition> partitions,
    long startMs, long updatedMs) {
  /** No producer id. */
  public static final long NO_ID = -1;
  /** No epoch. */
  public static final short NO_EPOCH = -1;
  /** Clients with this version get a new epoch with each transaction. */
  public static final int V2 = 2;
  private static final long NEVER = -1;

  /**
   * The producer of a transactional id.
   *
   * @param id its id
   * @param epoch its epoch
   * @param previousId the id before, whose epochs were exhausted; or the same id after a transaction has ended; -1 for none
   * @param nextId the id from the end of this transaction on, when its epochs are exhausted; -1 for none
   * @param version of the transaction protocol that it uses: 0, or {@link #V2} with an epoch for each transaction
   */
  public record Producer(long id, short epoch, long previousId, long nextId, int version) {
    private Producer bumped(int newVersion) {
      return new Producer(id, (short) (epoch + 1), previousId, nextId, newVersion);
    }

    private Producer with(int newVersion) {
      return new Producer(id, epoch, previousId, nextId, newVersion);
    }
  }

  /**
   * @param id the transactional id
   * @param producerId a new producer id
   * @param timeoutMs timeout of its transactions
   * @param nowMs milliseconds since the epoch
   * @return the state of a new transactional id
   */
  public static Transaction created(String id, long producerId, int timeoutMs, long nowMs) {
    return new Transaction(id, new Producer(producerId, (short) 0, NO_ID, NO_ID, 0), timeoutMs, TransactionStatus.EMPTY, Set.of(), NEVER,
        nowMs);
  }

  /**
   * @param epoch an epoch
   * @return whether no transaction may begin after it: the last epoch is kept for fencing
   */
  public static boolean isExhausted(short epoch) {
    return epoch >= Short.MAX_VALUE - 1;
  }

  /** @return initialised by a producer that gets another epoch */
  public Transaction initialised(short epoch, int newTimeoutMs, long nowMs) {
    return empty(new Producer(producer.id, epoch, producer.previousId, NO_ID, producer.version), newTimeoutMs, nowMs);
  }

  /** @return initialised by a producer that gets another id */
  public Transaction rotated(long newId, int newTimeoutMs, long nowMs) {
    return empty(new Producer(newId, (short) 0, producer.id, NO_ID, producer.version), newTimeoutMs, nowMs);
  }

  private Transaction empty(Producer next, int newTimeoutMs, long nowMs) {
    return new Transaction(id, next, newTimeoutMs, TransactionStatus.EMPTY, Set.of(), NEVER, nowMs);
  }

  /** @return with more partitions in its open transaction, which begins now unless one is open */
  public Transaction adding(Set<TopicPartition> more, int version, long nowMs) {
    Set<TopicPartition> all = new LinkedHashSet<>(partitions);
    all.addAll(more);
    return new Transaction(id, producer.with(version), timeoutMs, TransactionStatus.ONGOING, all,
        status == TransactionStatus.ONGOING ? startMs : nowMs, nowMs);
  }

  /**
   * @return the open transaction being aborted by the server; the higher epoch fences its producer. Its version is 0, so that
   *     the epoch is not taken for one that the producer asked for
   */
  public Transaction fenced(long nowMs) {
    return new Transaction(id, producer.bumped(0), timeoutMs, TransactionStatus.PREPARE_ABORT, partitions, startMs, nowMs);
  }

  /**
   * @param commit false to abort
   * @param version the client's version; with {@link #V2} the epoch rises
   * @param nextId the producer's id after this transaction, or {@link #NO_ID} when it stays
   * @param nowMs milliseconds since the epoch
   * @return the transaction being ended as its producer wishes
   */
  public Transaction ending(boolean commit, int version, long nextId, long nowMs) {
    Producer next = version >= V2 ? producer.bumped(version) : producer.with(version);
    return new Transaction(id, new Producer(next.id, next.epoch, next.previousId, nextId, version), timeoutMs,
        commit ? TransactionStatus.PREPARE_COMMIT : TransactionStatus.PREPARE_ABORT, partitions,
        status == TransactionStatus.ONGOING ? startMs : nowMs, nowMs);
  }

  /** @return after all markers were written */
  public Transaction completed(long nowMs) {
    return new Transaction(id, afterEnd(), timeoutMs,
        status == TransactionStatus.PREPARE_COMMIT ? TransactionStatus.COMPLETE_COMMIT : TransactionStatus.COMPLETE_ABORT, Set.of(),
        startMs, nowMs);
  }

  /** @return the producer as it is when the transaction that is being ended has ended */
  public Producer afterEnd() {
    boolean overflow = producer.nextId != NO_ID;
    return new Producer(overflow ? producer.nextId : producer.id, overflow ? 0 : producer.epoch, producer.id, NO_ID, producer.version);
  }
}
