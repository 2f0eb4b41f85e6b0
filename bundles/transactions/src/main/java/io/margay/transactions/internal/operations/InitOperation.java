package io.margay.transactions.internal.operations;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.protocol.Errors;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionConfig;
import io.margay.transactions.internal.state.TransactionRecords;
import io.margay.transactions.internal.state.TransactionTable;
import java.util.List;

/** InitProducerId with a transactional id (KIP-98, KIP-360), on one shard. */
public final class InitOperation {
  /**
   * What a producer asks for.
   *
   * @param id the transactional id
   * @param timeoutMs timeout of its transactions
   * @param producerId the producer id that it has, -1 for none
   * @param epoch the epoch that it has, -1 for none
   * @param spareId a producer id that no one has; -1 when none was taken yet
   */
  public record Init(String id, int timeoutMs, long producerId, short epoch, long spareId) {
    private boolean resumes() {
      return producerId != Transaction.NO_ID;
    }

    /** @return the same with a producer id to give away */
    public Init withSpareId(long newId) {
      return new Init(id, timeoutMs, producerId, epoch, newId);
    }
  }

  /**
   * The answer.
   *
   * @param error NONE, or why not
   * @param producerId the producer id
   * @param epoch its epoch
   * @param needsId true instead of an answer: the same has to be asked with a spare id
   */
  public record Initialised(Errors error, long producerId, short epoch, boolean needsId) {
    private static final Initialised NEEDS_ID = new Initialised(Errors.NONE, Transaction.NO_ID, Transaction.NO_EPOCH, true);

    private static Initialised failed(Errors error) {
      return new Initialised(error, Transaction.NO_ID, Transaction.NO_EPOCH, false);
    }
  }

  private final TransactionTable table;
  private final TransactionConfig config;
  private final Completion completion;

  /**
   * @param table the shard's transactional ids
   * @param config the settings
   * @param completion completes transactions that are aborted
   */
  public InitOperation(TransactionTable table, TransactionConfig config, Completion completion) {
    this.table = table;
    this.config = config;
    this.completion = completion;
  }

  /**
   * @param init what is asked
   * @param nowMs milliseconds since the epoch
   * @return the answer. CONCURRENT_TRANSACTIONS while an earlier transaction of the id is being ended; an open one is aborted
   */
  public Result<Initialised> init(Init init, long nowMs) {
    if (init.timeoutMs() <= 0 || init.timeoutMs() > config.maxTimeoutMs()) {
      throw new CoordinatorException(Errors.INVALID_TRANSACTION_TIMEOUT);
    }
    TransactionTable.Entry entry = table.get(init.id());
    return entry == null ? create(init, nowMs) : init(init, entry, nowMs);
  }

  private Result<Initialised> create(Init init, long nowMs) {
    if (init.id().length() > config.idMaxLength()) {
      table.memory().refused("a transactional id that is too long", "margay.transactions.id.max.length", init.id());
      throw new CoordinatorException(Errors.INVALID_REQUEST, "the transactional id has more than " + config.idMaxLength()
          + " characters");
    }
    if (init.spareId() == Transaction.NO_ID) {
      return Result.of(Initialised.NEEDS_ID);
    }
    Transaction created = Transaction.created(init.id(), init.spareId(), init.timeoutMs(), nowMs);
    if (!table.admits(created)) {
      table.memory().refused("a new transactional id for want of memory", "margay.transactions.memory.bytes", init.id());
      // an error that clients do not retry: there is no room until other ids expire or the limit is raised
      throw new CoordinatorException(Errors.POLICY_VIOLATION, "there are too many transactional ids");
    }
    return written(created);
  }

  private Result<Initialised> init(Init init, TransactionTable.Entry entry, long nowMs) {
    Transaction t = entry.current();
    if (init.resumes() && !isKnown(init, t)) {
      throw new CoordinatorException(Errors.PRODUCER_FENCED);
    }
    if (t.status().preparing()) {
      throw new CoordinatorException(Errors.CONCURRENT_TRANSACTIONS);
    }
    if (!t.status().idle()) {
      Result<Initialised> fence =
          Result.of(List.of(TransactionRecords.of(t.fenced(nowMs))), Initialised.failed(Errors.CONCURRENT_TRANSACTIONS));
      entry.setLastEpoch(Transaction.NO_EPOCH);
      return fence.followedBy(completion.of(t.id()));
    }
    short epoch = t.producer().epoch();
    if (Transaction.isExhausted(epoch) && (!init.resumes() || init.epoch() == epoch)) {
      if (init.spareId() == Transaction.NO_ID) {
        return Result.of(Initialised.NEEDS_ID);
      }
      entry.setLastEpoch(init.resumes() ? epoch : Transaction.NO_EPOCH);
      return written(t.rotated(init.spareId(), init.timeoutMs(), nowMs));
    }
    if (!init.resumes() || init.epoch() == epoch) {
      entry.setLastEpoch(init.resumes() ? epoch : Transaction.NO_EPOCH);
      return written(t.initialised((short) (epoch + 1), init.timeoutMs(), nowMs));
    }
    if (init.epoch() == entry.lastEpoch()) {
      // the answer to the same request was lost
      return written(t.initialised(epoch, init.timeoutMs(), nowMs));
    }
    throw new CoordinatorException(Errors.PRODUCER_FENCED);
  }

  private static boolean isKnown(Init init, Transaction t) {
    return init.producerId() == t.producer().id()
        || init.producerId() == t.producer().previousId() && Transaction.isExhausted(init.epoch());
  }

  private static Result<Initialised> written(Transaction t) {
    return Result.of(List.of(TransactionRecords.of(t)),
        new Initialised(Errors.NONE, t.producer().id(), t.producer().epoch(), false));
  }
}
