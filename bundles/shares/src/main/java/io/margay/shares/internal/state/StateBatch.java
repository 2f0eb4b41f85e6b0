package io.margay.shares.internal.state;

/**
 * Consecutive offsets in one state.
 *
 * @param first offset
 * @param last offset, inclusive
 * @param state {@link #AVAILABLE}, {@link #ACKED}, {@link #ARCHIVING} or {@link #ARCHIVED}
 * @param count how often they were delivered
 */
public record StateBatch(long first, long last, byte state, short count) {
  /** To be delivered. */
  public static final byte AVAILABLE = 0;
  /** Acknowledged as processed. */
  public static final byte ACKED = 2;
  /** Not delivered any more, and to be copied to the dead letter topic. */
  public static final byte ARCHIVING = 3;
  /** Not delivered any more: rejected, delivered too often, or no record. */
  public static final byte ARCHIVED = 4;

  public StateBatch {
    if (first > last || first < 0) {
      throw new IllegalArgumentException("not a range of offsets: " + first + " to " + last);
    }
  }

  /** Whether what comes from outside is a batch. */
  static boolean isValid(long first, long last, byte state, short count) {
    return 0 <= first && first <= last && count >= 0 && (state == AVAILABLE || state == ACKED || state == ARCHIVING || state == ARCHIVED);
  }

  boolean isDone() {
    return state == ACKED || state == ARCHIVED;
  }

  StateBatch from(long newFirst) {
    return new StateBatch(newFirst, last, state, count);
  }

  StateBatch to(long newLast) {
    return new StateBatch(first, newLast, state, count);
  }

  /** Whether the next one can be joined to it. What was delivered is done, however often. */
  boolean joins(StateBatch next) {
    return last + 1 == next.first && state == next.state && (count == next.count || isDone());
  }

  StateBatch joined(StateBatch next) {
    return new StateBatch(first, next.last, state, (short) Math.max(count, next.count));
  }
}
