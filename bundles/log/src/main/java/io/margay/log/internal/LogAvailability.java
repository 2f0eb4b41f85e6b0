package io.margay.log.internal;

import io.margay.model.FaultHandler;
import io.margay.model.TopicIdPartition;
import io.margay.spi.log.LogSuspendedException;
import java.io.IOException;

/**
 * Whether a log can be used. Read by any thread.
 *
 * <pre>
 *   open -> suspended (its engine has gone, or it is moved to another) -> open
 *   open, suspended -> closed
 *   open, suspended -> offline (an I/O error) -> open (its store was opened again)
 *   offline -> closed
 * </pre>
 */
final class LogAvailability {
  private final TopicIdPartition id;
  private final FaultHandler faults;
  private volatile boolean offline;
  private volatile boolean closed;
  private volatile boolean suspended;
  private volatile Runnable suspensionListener = () -> { };

  LogAvailability(TopicIdPartition id, FaultHandler faults) {
    this.id = id;
    this.faults = faults;
  }

  boolean offline() {
    return offline;
  }

  boolean closed() {
    return closed;
  }

  /** Whether it is neither offline nor closed. */
  boolean suspended() {
    return suspended && !offline && !closed;
  }

  boolean unusable() {
    return offline || closed || suspended;
  }

  /** Whether it is closed or offline, for good. */
  boolean gone() {
    return closed || offline;
  }

  void onSuspensionChange(Runnable listener) {
    suspensionListener = listener;
  }

  /** Calls the listener. The caller holds no lock. */
  void suspensionChanged() {
    suspensionListener.run();
  }

  /** Suspends it and calls the listener. Returns false when it cannot be suspended now. */
  boolean beginSuspension() {
    if (unusable()) {
      return false;
    }
    suspend(true);
    suspensionChanged();
    return true;
  }

  void require() throws IOException {
    if (unusable()) {
      throw refusal(null);
    }
  }

  /** @param cause what failed because of it, or null */
  IOException refusal(Exception cause) {
    return suspended() ? new LogSuspendedException(reason(), cause) : new LogOfflineException(reason(), cause);
  }

  /** Why it cannot be used, in words. */
  String reason() {
    return "log of " + id
        + (closed ? " is closed" : offline ? " is offline after an I/O error" : " waits for its storage engine");
  }

  void markClosed() {
    closed = true;
  }

  void suspend(boolean now) {
    suspended = now;
  }

  /** Its store was reopened. */
  void online() {
    suspended = false;
    offline = false;
  }

  /**
   * The one place where an I/O error takes a log offline. A failure that is only caused by closing or suspending the log during a
   * call is not an error. Of threads that fail at the same time one takes it offline.
   *
   * @param wentOffline runs, without a lock of this object, when this call took the log offline
   * @return what to throw: the cause, or a {@link LogSuspendedException}
   */
  IOException fault(String what, IOException cause, Runnable wentOffline) {
    if (cause instanceof LogOfflineException || cause instanceof LogSuspendedException) {
      return cause;
    }
    if (goOffline(false)) {
      report(what, cause);
      wentOffline.run();
    }
    return suspended() ? refusal(cause) : cause;
  }

  /** As {@link #fault}, for what fails while the log is closed or its engine replaced. */
  void faultAlways(String what, IOException cause) {
    if (goOffline(true)) {
      report(what, cause);
    }
  }

  /** Whether this call changed it. */
  private synchronized boolean goOffline(boolean always) {
    if (always ? offline : unusable()) {
      return false;
    }
    offline = true;
    return true;
  }

  private void report(String what, IOException cause) {
    faults.onFault("log of " + id + " could not " + what + " and is offline", cause);
  }
}
