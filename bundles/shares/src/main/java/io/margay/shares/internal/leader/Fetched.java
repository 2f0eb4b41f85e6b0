package io.margay.shares.internal.leader;

import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.shares.internal.partition.Acquired;
import java.util.List;

/**
 * What a fetch got of one share partition.
 *
 * @param error NONE, or why it cannot be read
 * @param records what was read, owned by the receiver; null for nothing
 * @param acquired what the member has acquired, empty for nothing
 * @param needsDisk whether it is to be fetched again where it may block
 */
public record Fetched(Errors error, Records records, List<Acquired> acquired, boolean needsDisk) {
  /** There is nothing now. */
  static final Fetched NOTHING = new Fetched(Errors.NONE, null, List.of(), false);
  /** What there is needs a disk. */
  static final Fetched NEEDS_DISK = new Fetched(Errors.NONE, null, List.of(), true);

  /** What there is needs a disk, and there is no memory for it now. */
  public static final Fetched NO_MEMORY = new Fetched(Errors.NONE, null, List.of(), false);

  /**
   * @param error why nothing can be fetched
   * @return a failure
   */
  public static Fetched failed(Errors error) {
    return new Fetched(error, null, List.of(), false);
  }

  /** @return how many records were acquired */
  public long count() {
    long count = 0;
    for (Acquired a : acquired) {
      count += a.last() - a.first() + 1;
    }
    return count;
  }
}
