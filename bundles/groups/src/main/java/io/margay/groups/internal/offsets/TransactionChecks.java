package io.margay.groups.internal.offsets;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which producers' transactions the transaction coordinator has confirmed to include this shard's partition (KIP-890). A marker ends that,
 * so that a late commit cannot begin a transaction that no one ends. Only in memory: after a load, producers are checked again. Bounded;
 * the oldest is forgotten, and its producer checked again. Used with the shard held.
 */
public final class TransactionChecks {
  private static final int MOST = 10_000;

  private static final class Check {
    private final short epoch;
    private final long number;
    private boolean done;

    Check(short epoch, long number) {
      this.epoch = epoch;
      this.number = number;
    }
  }

  private final LinkedHashMap<Long, Check> checks = new LinkedHashMap<>();
  private long last;

  /**
   * @param producerId a producer
   * @param epoch its epoch
   * @return 0 when its open transaction is confirmed; else a number for {@link #end}
   */
  public long begin(long producerId, short epoch) {
    Check check = checks.get(producerId);
    if (check != null && check.epoch == epoch && check.done) {
      return 0;
    }
    if (check == null || check.epoch != epoch) {
      check = new Check(epoch, ++last);
      checks.put(producerId, check);
      if (checks.size() > MOST) {
        Map.Entry<Long, Check> oldest = checks.entrySet().iterator().next();
        checks.remove(oldest.getKey());
      }
    }
    return check.number;
  }

  /**
   * The coordinator has confirmed the transaction.
   *
   * @param producerId the producer
   * @param number what {@link #begin} returned
   * @return false when a marker came meanwhile, or another check
   */
  public boolean end(long producerId, long number) {
    Check check = checks.get(producerId);
    boolean current = check != null && (check.number == number || number == 0 && check.done);
    if (current) {
      check.done = true;
    }
    return current;
  }

  /** @param producerId a producer whose transaction has ended */
  public void onMarker(long producerId) {
    checks.remove(producerId);
  }
}
