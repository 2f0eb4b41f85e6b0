package io.margay.shares.internal.partition;

/** Limits that a test changes. */
public final class TestLimits implements ShareLimits {
  public int lockMs = 1_000;
  public int deliveryLimit = 3;
  public int maxLocks = 100;
  public boolean readCommitted;
  public boolean mayRenew = true;
  public boolean deadLetters;

  @Override
  public int lockMs() {
    return lockMs;
  }

  @Override
  public int deliveryLimit() {
    return deliveryLimit;
  }

  @Override
  public int maxLocks() {
    return maxLocks;
  }

  @Override
  public boolean readCommitted() {
    return readCommitted;
  }

  @Override
  public boolean deadLetters() {
    return deadLetters;
  }

  @Override
  public boolean mayRenew() {
    return mayRenew;
  }
}
