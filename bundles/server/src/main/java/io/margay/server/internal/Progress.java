package io.margay.server.internal;

/**
 * Whether a connection gets on, seen at regular looks: for how long it has been idle, and how often in a row it moved less than it
 * should although it held memory. Owned by the connection's event loop.
 */
final class Progress {
  private long seenBytes;
  private long idleSinceNanos;
  private int slow;
  private boolean active = true;

  /** Something came or went. */
  void active() {
    active = true;
  }

  /**
   * @param nowNanos the time
   * @return how long it has been idle, in nanoseconds
   */
  long idleNanos(long nowNanos) {
    if (active) {
      active = false;
      idleSinceNanos = nowNanos;
    }
    return nowNanos - idleSinceNanos;
  }

  /**
   * @param movedBytes all bytes received and sent so far
   * @param minBytes bytes that should be transferred between two checks
   * @param holds whether it holds memory and waits for the client
   * @return number of successive checks at which it held memory and had transferred too little
   */
  int slow(long movedBytes, long minBytes, boolean holds) {
    boolean enough = movedBytes - seenBytes >= minBytes;
    seenBytes = movedBytes;
    slow = holds && !enough ? slow + 1 : 0;
    return slow;
  }
}
