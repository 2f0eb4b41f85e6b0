package io.margay.replication.internal;

import io.margay.protocol.Errors;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The few threads on which handlers do what may wait for a disk. Idle threads end; a full queue refuses tasks. */
public final class BlockingReads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockingReads.class);
  private static final int QUEUE = 512;
  private static final long CLOSE_SECONDS = 10;

  /** What may block, and what to do instead when the threads end before it has begun. */
  private record Task(Runnable action, Runnable instead) implements Runnable {
    @Override
    public void run() {
      perform(action);
    }

    private static void perform(Runnable action) {
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        // each request handles its own failures; no request is left here to answer
        LOG.error("A task that reads from disks failed", e);
      }
    }
  }

  private final ExecutorService threads;
  private final IntSupplier count;

  /**
   * Starts no thread yet.
   *
   * @param count the most threads, above 0; asked before each task, so that it may change
   */
  public BlockingReads(IntSupplier count) {
    this(count, Pools::threads);
  }

  BlockingReads(IntSupplier count, Pools.Factory pools) {
    this.count = count;
    threads = pools.pool("margay-read", count.getAsInt(), QUEUE);
  }

  /**
   * @param action what may block
   * @param instead runs in its place, on the thread that closes, when it was accepted but the threads ended before it began; must
   *     not block
   * @return false when the queue is full or closed; neither runs then
   */
  public boolean run(Runnable action, Runnable instead) {
    try {
      Pools.resize(threads, count.getAsInt());
      threads.execute(new Task(action, instead));
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /**
   * As {@link #run(Runnable, Runnable)}, for a task that ends with the answer to a request; when it throws an exception, the
   * handler's error is the answer.
   *
   * @param request the request
   * @param handler the handler of the request
   * @param action what may block
   * @return false when the queue is full or closed; the task does not run then
   */
  public boolean run(Request request, ApiHandler handler, Runnable action) {
    return run(() -> {
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        FailedRequests.failed(request, handler, e);
      }
    }, () -> FailedRequests.answer(request, handler, Errors.NOT_LEADER_OR_FOLLOWER));
  }

  /**
   * Refuses further tasks and waits, for a bounded time, for those that were accepted. Of tasks that have not begun by then,
   * {@code instead} is run.
   */
  @Override
  public void close() {
    if (Pools.end(threads, CLOSE_SECONDS)) {
      return;
    }
    List<Runnable> late = new ArrayList<>();
    if (threads instanceof ThreadPoolExecutor pool) {
      pool.getQueue().drainTo(late);
    }
    LOG.warn("Reads from disks take longer than the bundle may take to stop waiting={}", late.size());
    for (Runnable task : late) {
      Task.perform(((Task) task).instead());
    }
  }
}
