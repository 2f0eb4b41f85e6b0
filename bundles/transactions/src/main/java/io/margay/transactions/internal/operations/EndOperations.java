package io.margay.transactions.internal.operations;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.protocol.Errors;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.Transaction.Producer;
import io.margay.transactions.internal.state.TransactionConfig;
import io.margay.transactions.internal.state.TransactionRecords;
import io.margay.transactions.internal.state.TransactionStatus;
import io.margay.transactions.internal.state.TransactionTable;
import java.util.ArrayList;
import java.util.List;

/** How transactions end on one shard: EndTxn, the timeout, and the expiry of transactional ids. */
public final class EndOperations {
  /** Most ids of one operation, so that no shard is held for long. */
  private static final int MAX_STEP = 500;

  /**
   * What a producer asks for.
   *
   * @param claim transaction and producer
   * @param commit false to abort
   * @param version the client's version of the protocol
   * @param spareId a producer id that no one has; -1 when none was taken yet
   */
  public record End(Claim claim, boolean commit, int version, long spareId) {
    /** @return the same with a producer id to give away */
    public End withSpareId(long newId) {
      return new End(claim, commit, version, newId);
    }
  }

  /**
   * The answer.
   *
   * @param producerId the producer id for the next transaction
   * @param epoch the epoch for the next transaction
   * @param needsId true instead of an answer: the same has to be asked with a spare id
   */
  public record Ended(long producerId, short epoch, boolean needsId) { }

  private final TransactionTable table;
  private final TransactionConfig config;
  private final Completion completion;

  /**
   * @param table the shard's transactional ids
   * @param config the settings
   * @param completion completes transactions that are ended
   */
  public EndOperations(TransactionTable table, TransactionConfig config, Completion completion) {
    this.table = table;
    this.config = config;
    this.completion = completion;
  }

  // ------------------------------------------------------------------------------------------------ EndTxn

  /**
   * Ends the transaction of a producer. The answer comes when the decision is committed; markers follow.
   *
   * @param end what is asked
   * @param nowMs milliseconds since the epoch
   * @return the answer
   * @throws CoordinatorException INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, INVALID_TXN_STATE, or CONCURRENT_TRANSACTIONS while it is
   *     being ended
   */
  public Result<Ended> end(End end, long nowMs) {
    TransactionTable.Entry entry = table.get(end.claim().transactionalId());
    if (entry == null) {
      throw new CoordinatorException(Errors.INVALID_PRODUCER_ID_MAPPING);
    }
    Transaction t = entry.current();
    boolean retry = isRetry(end, t);
    if (t.producer().id() != end.claim().producerId() && !retry) {
      throw new CoordinatorException(Errors.INVALID_PRODUCER_ID_MAPPING);
    }
    if (t.producer().epoch() != end.claim().producerEpoch() && !retry) {
      throw new CoordinatorException(Errors.PRODUCER_FENCED);
    }
    boolean bumps = end.version() >= Transaction.V2;
    return switch (t.status()) {
      case ONGOING -> prepare(end, t, nowMs);
      case PREPARE_COMMIT, PREPARE_ABORT -> throw new CoordinatorException(
          end.commit() == (t.status() == TransactionStatus.PREPARE_COMMIT) ? Errors.CONCURRENT_TRANSACTIONS : Errors.INVALID_TXN_STATE);
      case COMPLETE_COMMIT, COMPLETE_ABORT -> {
        boolean same = end.commit() == (t.status() == TransactionStatus.COMPLETE_COMMIT);
        if (same && (retry || !bumps)) {
          yield Result.of(new Ended(t.producer().id(), t.producer().epoch(), false));
        }
        yield abortNothing(end, t, bumps && !retry, nowMs);
      }
      case EMPTY -> abortNothing(end, t, bumps, nowMs);
    };
  }

  /** Whether the answer to this request, which raised the epoch, was lost. Only until the next transaction or producer begins. */
  private static boolean isRetry(End end, Transaction t) {
    boolean ended = t.status().preparing() || t.status() == TransactionStatus.COMPLETE_COMMIT
        || t.status() == TransactionStatus.COMPLETE_ABORT;
    if (!ended || end.version() < Transaction.V2 || t.producer().version() < Transaction.V2) {
      return false;
    }
    Producer p = t.producer();
    short asked = end.claim().producerEpoch();
    return p.id() == end.claim().producerId() && p.epoch() == asked + 1
        || p.previousId() == end.claim().producerId() && asked == Short.MAX_VALUE - 1 && p.epoch() == 0;
  }

  /** With transactions v2 a producer that cannot know whether it has added partitions may abort; its epoch rises all the same. */
  private Result<Ended> abortNothing(End end, Transaction t, boolean allowed, long nowMs) {
    if (end.commit() || !allowed) {
      throw new CoordinatorException(Errors.INVALID_TXN_STATE);
    }
    return prepare(end, t, nowMs);
  }

  private Result<Ended> prepare(End end, Transaction t, long nowMs) {
    boolean overflows = end.version() >= Transaction.V2 && Transaction.isExhausted(t.producer().epoch());
    if (overflows && end.spareId() == Transaction.NO_ID) {
      return Result.of(new Ended(Transaction.NO_ID, Transaction.NO_EPOCH, true));
    }
    Transaction next = t.ending(end.commit(), end.version(), overflows ? end.spareId() : Transaction.NO_ID, nowMs);
    Producer after = next.afterEnd();
    return Result.of(List.of(TransactionRecords.of(next)), new Ended(after.id(), after.epoch(), false))
        .followedBy(completion.of(t.id()));
  }

  // ------------------------------------------------------------------------------------------------ time

  /**
   * Aborts transactions that are open for too long, a bounded number at a time.
   *
   * @param nowMs milliseconds since the epoch
   * @return records; the response says whether there may be more
   */
  public Result<Boolean> abortLate(long nowMs) {
    List<CoordinatorRecord> records = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (String id : table.ongoing()) {
      TransactionTable.Entry entry = table.get(id);
      Transaction t = entry.current();
      if (entry.begunMs(nowMs) + t.timeoutMs() < nowMs && ids.size() < MAX_STEP) {
        records.add(TransactionRecords.of(t.fenced(nowMs)));
        ids.add(id);
      }
    }
    return Result.divisible(records, ids.size() == MAX_STEP).followedBy(error -> ids.forEach(id -> completion.of(id).accept(error)));
  }

  /**
   * Forgets transactional ids that were not used for too long, a bounded number at a time.
   *
   * @param nowMs milliseconds since the epoch
   * @return tombstones; the response says whether there may be more
   */
  public Result<Boolean> expire(long nowMs) {
    List<CoordinatorRecord> records = new ArrayList<>();
    for (TransactionTable.Entry entry : table.all()) {
      Transaction t = entry.current();
      if (t.updatedMs() + config.idExpirationMs() > nowMs || records.size() >= MAX_STEP) {
        // the others were used later
        break;
      }
      if (t.status().idle()) {
        records.add(TransactionRecords.tombstone(t.id()));
      }
    }
    return Result.divisible(records, records.size() >= MAX_STEP);
  }
}
