package io.margay.replication.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The few threads on which handlers do what may wait for a disk. They end when idle; a full queue refuses. */
public final class BlockingReads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockingReads.class);
  private static final int QUEUE = 512;
  private static final long CLOSE_SECONDS = 10;

  private final ThreadPoolExecutor threads;
  private final IntSupplier count;

  /**
   * Starts no thread yet.
   *
   * @param count how many threads at the most, above 0; asked for again and again, so that it may change
   */
  public BlockingReads(IntSupplier count) {
    this.count = count;
    int first = count.getAsInt();
    threads = new ThreadPoolExecutor(first, first, 5, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE),
        task -> new Thread(task, "margay-read"));
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * @param task what may block
   * @return false when the queue is full or closed; the task is not run then
   */
  public boolean run(Runnable task) {
    try {
      resize(threads, count.getAsInt());
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Gives a pool another number of threads, in an order that never has more of them wanted than allowed. */
  static void resize(ThreadPoolExecutor pool, int count) {
    int now = pool.getMaximumPoolSize();
    if (count > now) {
      pool.setMaximumPoolSize(count);
      pool.setCorePoolSize(count);
    } else if (count < now) {
      pool.setCorePoolSize(count);
      pool.setMaximumPoolSize(count);
    }
  }

  /**
   * As {@link #run(Runnable)}, for a task that ends with the answer to a request; when it throws, the handler's error is the
   * answer.
   *
   * @param request the request
   * @param handler whose request it is
   * @param task what may block
   * @return false when the queue is full or closed; the task is not run then
   */
  public boolean run(Request request, ApiHandler handler, Runnable task) {
    return run(() -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error("A request failed apiKey={} clientId={} correlationId={}", request.api().key(), request.clientId(),
            request.correlationId(), e);
        Message error = handler.errorResponse(request, Errors.UNKNOWN_SERVER_ERROR);
        if (error == null) {
          request.close("A request failed whose answer has no place for an error");
        } else {
          request.respond(error);
        }
      }
    });
  }

  /** Refuses further tasks and waits, bounded, for those that were accepted. */
  @Override
  public void close() {
    LeadershipNotifier.shutdown(threads, CLOSE_SECONDS);
  }
}
