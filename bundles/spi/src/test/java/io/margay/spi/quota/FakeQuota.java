package io.margay.spi.quota;

/** Bytes of fetches and partitions that a client may still use. Used by one thread. */
public final class FakeQuota implements ClientQuota {
  /** What is left. */
  public long fetchBytes = Long.MAX_VALUE;
  /** What one answer may have. */
  public long mostFetchBytes = Long.MAX_VALUE;
  /** What is left. */
  public long partitions = Long.MAX_VALUE;

  @Override
  public int produced(long bytes) {
    return 0;
  }

  @Override
  public int fetched(long bytes) {
    if (bytes > fetchBytes) {
      return 1;
    }
    fetchBytes -= bytes;
    return 0;
  }

  @Override
  public long mostFetchBytes() {
    return mostFetchBytes;
  }

  @Override
  public int worked(long nanos) {
    return 0;
  }

  @Override
  public boolean countsWork() {
    return false;
  }

  @Override
  public int mutated(long more, boolean strict) {
    if (strict && partitions < 0) {
      return -1;
    }
    partitions -= more;
    return partitions < 0 && !strict ? 1 : 0;
  }
}
