package io.margay.replication.internal;

import io.margay.model.BrokerId;

/**
 * What a leader knows about one follower. Owned by an {@link InSyncReplicas}, whose lock guards all but {@link #end} and
 * {@link #counted}, which any thread reads.
 */
final class FollowerProgress {
  static final long UNKNOWN = -1;
  private static final int FIRST_FETCH_FACTOR = 4;

  final BrokerId id;
  /** The follower has everything below it; {@link #UNKNOWN} before its first fetch in this leadership. */
  private volatile long end = UNKNOWN;
  /** Whether the high watermark waits for it: it is in the ISR, or this leader has asked for that. */
  private volatile boolean counted;
  private long brokerEpoch = UNKNOWN;
  private long logStart = UNKNOWN;
  private long caughtUpMs;
  private long fetchMs;
  private long leaderEndAtFetch;
  private int fetches;
  private int fetchesAtLook;
  private int silentLooks;
  /** Where the leader has cut its log, until the follower fetches from there or before; {@link #UNKNOWN} when it has not. */
  private long cutTo = UNKNOWN;

  FollowerProgress(BrokerId id, long nowMs) {
    this.id = id;
    this.caughtUpMs = nowMs;
    this.fetchMs = nowMs;
    this.leaderEndAtFetch = Long.MAX_VALUE;
  }

  long end() {
    return end;
  }

  boolean counted() {
    return counted;
  }

  void counted(boolean now) {
    counted = now;
  }

  /** Epoch of the registration in which it last fetched, or {@link #UNKNOWN}. */
  long brokerEpoch() {
    return brokerEpoch;
  }

  /** First offset that it has, or {@link #UNKNOWN}. */
  long logStart() {
    return logStart;
  }

  /** It asked for what comes at an offset; false when an earlier process of that broker asks. */
  boolean fetched(long epoch, long offset, long start, long leaderEnd, long nowMs) {
    if (epoch < brokerEpoch) {
      return false;
    }
    brokerEpoch = epoch;
    logStart = start;
    // It was in sync at the last fetch if it now has all that the leader had then (KIP-537: not only when it has everything now).
    if (offset >= leaderEnd) {
      caughtUpMs = nowMs;
    } else if (offset >= leaderEndAtFetch) {
      caughtUpMs = Math.max(caughtUpMs, fetchMs);
    }
    fetchMs = nowMs;
    leaderEndAtFetch = leaderEnd;
    fetches++;
    // the leader may have cut its log after it looked at what the follower asks for
    end = cutTo == UNKNOWN ? offset : Math.min(offset, cutTo);
    return true;
  }

  /** What it has beyond an offset no longer counts, and must go. */
  void cut(long offset) {
    cutTo = cutTo == UNKNOWN ? offset : Math.min(cutTo, offset);
    end = Math.min(end, offset);
    leaderEndAtFetch = Math.min(leaderEndAtFetch, offset);
  }

  /**
   * It is about to fetch from an offset.
   *
   * @return where it has to cut its log before; {@link #UNKNOWN} when it may fetch
   */
  long mustCutTo(long fetchOffset) {
    if (fetchOffset <= cutTo) {
      cutTo = UNKNOWN;
    }
    return cutTo;
  }

  /** Whether it still has to fetch from where the leader has cut its log. */
  boolean mustCut() {
    return cutTo != UNKNOWN;
  }

  /** Whether it has lagged for longer than allowed. */
  boolean lags(long leaderEnd, long nowMs, long lagMaxMs) {
    return end != leaderEnd && nowMs - caughtUpMs > lagMaxMs;
  }

  /** Called at intervals while a write waits: counts the intervals in succession without a fetch although there was data for it. */
  void look(long leaderEnd) {
    boolean silent = fetches == fetchesAtLook && end < leaderEnd;
    silentLooks = silent ? silentLooks + 1 : 0;
    fetchesAtLook = fetches;
  }

  /**
   * Whether it has stopped.
   *
   * @param looks after how many looks without a fetch; more before its first one, because it may still be connecting
   */
  boolean stalled(int looks) {
    return silentLooks >= (end == UNKNOWN ? looks * FIRST_FETCH_FACTOR : looks);
  }

  /** Nobody waited for a while, so earlier intervals do not count. */
  void forgetLooks() {
    silentLooks = 0;
    fetchesAtLook = fetches;
  }
}
