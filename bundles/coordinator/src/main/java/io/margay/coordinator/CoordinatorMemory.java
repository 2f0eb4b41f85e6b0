package io.margay.coordinator;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.memory.MemoryUser;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the shards of one coordinator hold on this node, in estimated bytes of heap, against a limit, and logs what was refused, at
 * most one line per minute and cause. Safe for all threads.
 */
public final class CoordinatorMemory implements MemoryUser {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorMemory.class);
  private static final int SHOWN = 100;

  private final String name;
  private final LongSupplier limitBytes;
  private final LongSupplier shardLimitBytes;
  private final AtomicLong used = new AtomicLong();
  private final LineLimit logs;

  /**
   * @param name what holds the memory, such as {@code groups}
   * @param limitBytes the newest limit of all shards together, in bytes
   * @param shardLimitBytes the newest limit of one shard, in bytes
   * @param clock the time, for the rate of log lines
   */
  public CoordinatorMemory(String name, LongSupplier limitBytes, LongSupplier shardLimitBytes, Clock clock) {
    this.name = name;
    this.limitBytes = limitBytes;
    this.shardLimitBytes = shardLimitBytes;
    this.logs = new LineLimit(clock);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long usedBytes() {
    return used.get();
  }

  @Override
  public long limitBytes() {
    return limitBytes.getAsLong();
  }

  /** @return the limit of one shard, in bytes; at most {@link #limitBytes} */
  public long shardLimitBytes() {
    return Math.min(shardLimitBytes.getAsLong(), limitBytes());
  }

  /** @return limits the lines about this coordinator */
  public LineLimit logs() {
    return logs;
  }

  /** @param bytes how many more are held, or fewer when negative */
  public void add(long bytes) {
    used.addAndGet(bytes);
  }

  /**
   * Logs that something was refused.
   *
   * @param what in a few words, from a small set; lines of one text are limited together
   * @param setting the setting that raises the limit
   * @param id the group or transactional id
   */
  public void refused(String what, String setting, String id) {
    long heldBack = logs.pass(what);
    if (heldBack != LineLimit.HELD) {
      LOG.warn("Refused {}. setting={} id={} usedBytes={} limitBytes={} refusedBefore={}", what, setting,
          id.length() <= SHOWN ? id : id.substring(0, SHOWN) + "...", usedBytes(), limitBytes(), heldBack);
    }
  }
}
