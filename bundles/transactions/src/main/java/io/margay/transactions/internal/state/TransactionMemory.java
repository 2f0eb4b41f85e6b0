package io.margay.transactions.internal.state;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.memory.MemoryUser;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the transactional ids of this node hold, in estimated bytes of heap, against {@code margay.transactions.memory.bytes}, and
 * logs what was refused, at most one line per minute and cause. Safe for all threads.
 */
public final class TransactionMemory implements MemoryUser {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionMemory.class);
  private static final int SHOWN = 100;

  private final TransactionConfig config;
  private final AtomicLong used = new AtomicLong();
  private final LineLimit logs;

  /**
   * @param config the limits
   * @param clock the time, for the rate of log lines
   */
  public TransactionMemory(TransactionConfig config, Clock clock) {
    this.config = config;
    this.logs = new LineLimit(clock);
  }

  @Override
  public String name() {
    return "transactions";
  }

  @Override
  public long usedBytes() {
    return used.get();
  }

  @Override
  public long limitBytes() {
    return config.memoryBytes();
  }

  void add(long bytes) {
    used.addAndGet(bytes);
  }

  /** Whether a shard that uses some bytes may use more. */
  boolean admits(long shardBytes, long more) {
    return more <= 0 || shardBytes + more <= config.shardMemoryBytes() && usedBytes() + more <= config.memoryBytes();
  }

  /**
   * Logs that something was refused.
   *
   * @param what in a few words, from a small set; lines of one text are limited together
   * @param setting the setting that raises the limit
   * @param id the transactional id
   */
  public void refused(String what, String setting, String id) {
    long heldBack = logs.pass(what);
    if (heldBack != LineLimit.HELD) {
      LOG.warn("Refused {}. setting={} transactionalId={} usedBytes={} limitBytes={} refusedBefore={}", what, setting,
          id.length() <= SHOWN ? id : id.substring(0, SHOWN) + "...", usedBytes(), limitBytes(), heldBack);
    }
  }
}
