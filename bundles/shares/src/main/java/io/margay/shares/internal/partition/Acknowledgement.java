package io.margay.shares.internal.partition;

import java.util.List;

/**
 * What a member says of offsets that it has acquired.
 *
 * @param first offset
 * @param last offset, inclusive
 * @param types one for all offsets, or one for each
 */
public record Acknowledgement(long first, long last, List<Byte> types) {
  /** There is no record. */
  static final byte GAP = 0;
  /** It was processed. */
  static final byte ACCEPT = 1;
  /** It is to be delivered again. */
  static final byte RELEASE = 2;
  /** It cannot be processed. */
  static final byte REJECT = 3;
  /** The member needs more time for it. */
  static final byte RENEW = 4;

  /** Whether it can be understood. */
  public boolean isValid() {
    return first >= 0 && first <= last && (types.size() == 1 || types.size() == last - first + 1)
        && types.stream().allMatch(t -> t >= GAP && t <= RENEW);
  }

  /** Whether the member asks for more time. */
  public boolean renews() {
    return types.contains(RENEW);
  }

  byte typeOf(long offset) {
    return types.size() == 1 ? types.get(0) : types.get((int) (offset - first));
  }

  /** The last offset of a run of the same type that begins at an offset. */
  long runEnd(long offset) {
    if (types.size() == 1) {
      return last;
    }
    long end = offset;
    while (end < last && typeOf(end + 1) == typeOf(offset)) {
      end++;
    }
    return end;
  }
}
