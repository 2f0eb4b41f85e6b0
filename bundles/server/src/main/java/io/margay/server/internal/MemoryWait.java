package io.margay.server.internal;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The wait of one request for memory to decode it in, bounded in time. It ends once: with the memory, too late, or with its connection. */
final class MemoryWait {
  private final RoutedRequest request;
  private final long bytes;
  private final Runnable tooLate;
  private final AtomicBoolean over = new AtomicBoolean();

  /**
   * @param request waits
   * @param bytes how many it needs
   * @param tooLate answers it when they do not come in time; on its event loop
   */
  MemoryWait(RoutedRequest request, long bytes, Runnable tooLate) {
    this.request = request;
    this.bytes = bytes;
    this.tooLate = tooLate;
  }

  void begin(long waitMs) {
    request.onCancel(() -> end(request::respondNothing));
    request.later(waitMs, TimeUnit.MILLISECONDS, () -> end(tooLate));
    if (request.memory().work().takeOrWait(this, bytes, bytes <= MemoryPool.SMALL_BYTES, this::granted)) {
      granted();
    }
  }

  private void end(Runnable how) {
    if (over.compareAndSet(false, true)) {
      request.memory().work().forget(this);
      how.run();
    }
  }

  /** On any thread. */
  private void granted() {
    if (!over.compareAndSet(false, true)) {
      request.memory().work().give(bytes);
      return;
    }
    request.granted(bytes);
    try {
      request.executor().execute(request::resume);
    } catch (RejectedExecutionException e) {
      request.respondNothing();
    }
  }
}
