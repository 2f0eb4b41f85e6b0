package io.margay.shares.internal.partition;

/**
 * Consecutive offsets that a share group has given up.
 *
 * @param first offset
 * @param last offset, inclusive
 * @param count how often they were delivered
 * @param cause {@link #REJECTED}, {@link #DELIVERED_TOO_OFTEN}, or {@link #UNKNOWN}
 */
public record GivenUp(long first, long last, short count, byte cause) {
  /** The leader that knew the cause is gone. */
  public static final byte UNKNOWN = 0;
  /** A member has rejected them. */
  public static final byte REJECTED = 1;
  /** They were delivered as often as they may be. */
  public static final byte DELIVERED_TOO_OFTEN = 2;
}
