package io.margay.replication.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The few threads on which handlers do what may wait for a disk. They end when idle; a full queue refuses. */
public final class BlockingReads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockingReads.class);
  private static final int THREADS = 4;
  private static final int QUEUE = 512;
  private static final long CLOSE_SECONDS = 10;

  private final ThreadPoolExecutor threads;

  /** Starts no thread yet. */
  public BlockingReads() {
    threads = new ThreadPoolExecutor(THREADS, THREADS, 5, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE),
        task -> new Thread(task, "margay-read"));
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * @param task what may block
   * @return false when the queue is full or closed; the task is not run then
   */
  public boolean run(Runnable task) {
    try {
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
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
