package io.margay.groups.internal.group;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.memory.MemoryUser;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the groups of this node hold, in estimated bytes of heap, against {@code margay.groups.memory.bytes}, and logs what
 * was refused, at most one line per minute and cause. Safe for all threads.
 */
public final class NodeMemory implements MemoryUser {
  private static final Logger LOG = LoggerFactory.getLogger(NodeMemory.class);

  private final GroupConfig config;
  private final AtomicLong used = new AtomicLong();
  private final LineLimit logs;

  /**
   * @param config the limits
   * @param clock the time, for the rate of log lines
   */
  public NodeMemory(GroupConfig config, Clock clock) {
    this.config = config;
    this.logs = new LineLimit(clock);
  }

  @Override
  public String name() {
    return "groups";
  }

  @Override
  public long usedBytes() {
    return used.get();
  }

  @Override
  public long limitBytes() {
    return config.memoryBytes();
  }

  long shardLimitBytes() {
    return Math.min(config.shardMemoryBytes(), config.memoryBytes());
  }

  /** @return limits the lines about groups */
  public LineLimit logs() {
    return logs;
  }

  void add(long bytes) {
    used.addAndGet(bytes);
  }

  /**
   * Logs that something was refused.
   *
   * @param what in a few words, from a small set; lines of one text are limited together
   * @param setting the setting that raises the limit
   * @param groupId the group
   */
  public void refused(String what, String setting, String groupId) {
    long heldBack = logs.pass(what);
    if (heldBack >= 0) {
      LOG.warn("Refused {}. setting={} group={} usedBytes={} limitBytes={} refusedBefore={}", what, setting,
          shortened(groupId), usedBytes(), limitBytes(), heldBack);
    }
  }

  private static String shortened(String id) {
    return id.length() <= 100 ? id : id.substring(0, 100) + "...";
  }
}
