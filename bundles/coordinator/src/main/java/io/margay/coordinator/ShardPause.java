package io.margay.coordinator;

/**
 * Whether a shard appends nothing for now: its log is suspended, or it is about to be unloaded. The log is asked to announce the
 * end of a suspension without the lock, because the thread that announces it may hold locks of the log. Guarded by the shard's lock.
 */
final class ShardPause {
  private final ShardLock lock;
  private final Runnable whenResumed;
  private boolean paused;
  /** What the log runs when it is resumed; null when it was not asked. Invariant: not null only while paused. */
  private Runnable resumption;
  private PartitionWriter log;

  /** @param whenResumed called with the lock when the log goes on */
  ShardPause(ShardLock lock, Runnable whenResumed) {
    this.lock = lock;
    this.whenResumed = whenResumed;
  }

  boolean paused() {
    return paused;
  }

  /** @param suspendedLog the log to wait for, or null when something else ends the pause */
  void begin(PartitionWriter suspendedLog) {
    if (paused) {
      return;
    }
    paused = true;
    if (suspendedLog == null) {
      return;
    }
    Runnable goOn = new Runnable() {
      @Override
      public void run() {
        lock.run(() -> {
          if (resumption == this) {
            end();
            whenResumed.run();
          }
        });
      }
    };
    resumption = goOn;
    log = suspendedLog;
    lock.defer(() -> {
      if (!suspendedLog.whenResumed(goOn)) {
        goOn.run();
      }
    });
  }

  /** The log need not announce anything any more. */
  void end() {
    Runnable former = resumption;
    PartitionWriter formerLog = log;
    forget();
    if (former != null) {
      lock.defer(() -> formerLog.cancelResume(former));
    }
  }

  /** The leadership is over, and the log's promise with it. */
  void forget() {
    paused = false;
    resumption = null;
    log = null;
  }
}
