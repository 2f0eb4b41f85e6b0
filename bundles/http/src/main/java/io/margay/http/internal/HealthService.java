package io.margay.http.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.ResultLog;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckSelector;

/**
 * Serves {@code GET /health/live} and {@code GET /health/ready}: the health checks of all bundles with this tag. They may be blocked, so they
 * are asked on a thread of this object, and only so many requests wait for it. Safe for all threads.
 */
final class HealthService {
  /**
   * The results.
   *
   * @param healthy whether all are fine, possibly with warnings
   */
  record Answer(boolean healthy, byte[] json) { }

  private static final Set<String> TAGS = Set.of("live", "ready");
  private static final int MOST_WAITING = 16;

  private final ThreadPoolExecutor thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
    Thread t = new Thread(task, "margay-http-health");
    t.setDaemon(true);
    return t;
  });
  private final Supplier<HealthCheckExecutor> executor;

  /** @param executor gives what runs the checks, or null when there is none */
  HealthService(Supplier<HealthCheckExecutor> executor) {
    this.executor = executor;
    thread.allowCoreThreadTimeOut(true);
  }

  /**
   * @return the tag of the checks that a request asks for, or null when it asks for something else
   * @throws RefusedException when it asks for it in a wrong way
   */
  static String tag(HttpRequest request) throws RefusedException {
    RequestHead.check(request);
    List<String> path = RequestTarget.parse(request.uri()).path();
    if (path.size() != 2 || !path.get(0).equals("health") || !TAGS.contains(path.get(1))) {
      return null;
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      throw new RefusedException(HttpError.malformed("expected GET"));
    }
    if (request.headers().contains(HttpHeaderNames.ORIGIN)) {
      throw new RefusedException(new HttpError(403, "requests from web pages (with an Origin header) are refused"));
    }
    return path.get(1);
  }

  /** Runs the checks with a tag. @return completes on another thread, or fails with an {@link HttpError} in a {@link RefusedException} */
  CompletableFuture<Answer> run(String tag) {
    HealthCheckExecutor checks = executor.get();
    if (checks == null) {
      return refused("health checks cannot be run: the bundle health is not started");
    }
    try {
      return CompletableFuture.supplyAsync(() -> answer(checks.execute(HealthCheckSelector.tags(tag))), thread);
    } catch (RejectedExecutionException e) {
      return refused("too many requests wait for the health checks; try again");
    }
  }

  private static CompletableFuture<Answer> refused(String why) {
    return CompletableFuture.failedFuture(new RefusedException(HttpError.unavailable(why)));
  }

  static Answer answer(List<HealthCheckExecutionResult> results) {
    Result.Status worst = results.isEmpty() ? Result.Status.TEMPORARILY_UNAVAILABLE : Result.Status.OK;
    ByteArrayOutputStream json = new ByteArrayOutputStream(512);
    try (JsonGenerator out = JsonRecords.FACTORY.createGenerator(json)) {
      for (HealthCheckExecutionResult result : results) {
        Result.Status status = result.getHealthCheckResult().getStatus();
        worst = status.compareTo(worst) > 0 ? status : worst;
      }
      out.writeStartObject();
      out.writeStringField("status", worst.name());
      out.writeArrayFieldStart("checks");
      for (HealthCheckExecutionResult result : results) {
        out.writeStartObject();
        out.writeStringField("name", result.getHealthCheckMetadata().getName());
        out.writeStringField("status", result.getHealthCheckResult().getStatus().name());
        out.writeArrayFieldStart("messages");
        for (ResultLog.Entry entry : result.getHealthCheckResult()) {
          out.writeString(entry.getMessage());
        }
        out.writeEndArray();
        out.writeNumberField("elapsed_ms", result.getElapsedTimeInMs());
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
      out.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Answer(worst.compareTo(Result.Status.WARN) <= 0, json.toByteArray());
  }

  void close() {
    thread.shutdown();
  }
}
