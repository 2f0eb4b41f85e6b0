package io.margay.health.internal;

import io.margay.spi.config.NodeSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.execution.HealthCheckExecutionOptions;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckMetadata;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Runs the health checks of all bundles: {@link HealthCheck} services. Each runs at most once at a time, on a thread of this object, and its
 * result is used again for a while, so that questions cost little however many come. A check that does not end keeps one of the
 * {@value #THREADS} threads; the others go on.
 *
 * <p>The executor of Felix's own bundle would need a servlet API and a scheduler, which nothing here uses. Safe for all threads; callers are
 * blocked until the results are there, or the time is over.
 */
@Component(service = HealthCheckExecutor.class)
public final class ChecksExecutor implements HealthCheckExecutor {
  static final int THREADS = 4;
  static final int MOST_WAITING = 100;

  private final IntSupplier timeoutMs;
  private final IntSupplier cacheMs;
  private final Map<HealthCheckMetadata, Known> checks = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor threads;

  /** A check, and its last result. */
  private final class Known {
    private final HealthCheck check;
    private final HealthCheckMetadata metadata;
    /** Guarded by this. */
    private FutureTask<Outcome> run;
    private long ranNanos;

    Known(HealthCheck check, HealthCheckMetadata metadata) {
      this.check = check;
      this.metadata = metadata;
    }

    /** @return the result that may be used, or comes */
    synchronized Future<Outcome> result(boolean fresh) {
      Long ttl = metadata.getResultCacheTtlInMs();
      long keepMs = ttl != null ? ttl : cacheMs.getAsInt();
      boolean old = run == null || run.isDone() && (fresh || System.nanoTime() - ranNanos >= TimeUnit.MILLISECONDS.toNanos(keepMs));
      if (old) {
        FutureTask<Outcome> next = new FutureTask<>(this::execute);
        threads.execute(next); // may be refused: then the next caller tries again
        ranNanos = System.nanoTime();
        run = next;
      }
      return run;
    }

    private Outcome execute() {
      long began = System.nanoTime();
      Result result;
      try {
        result = check.execute();
      } catch (RuntimeException | LinkageError e) { // of a bundle that is not ours
        result = new Result(Result.Status.HEALTH_CHECK_ERROR, "the check failed: " + e);
      }
      if (result == null) {
        result = new Result(Result.Status.HEALTH_CHECK_ERROR, "the check has no result");
      }
      return new Outcome(metadata, result, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began), new Date(), false);
    }
  }

  private record Outcome(HealthCheckMetadata metadata, Result result, long elapsedMs, Date finished, boolean late)
      implements HealthCheckExecutionResult {
    @Override
    public Result getHealthCheckResult() {
      return result;
    }

    @Override
    public long getElapsedTimeInMs() {
      return elapsedMs;
    }

    @Override
    public Date getFinishedAt() {
      return finished;
    }

    @Override
    public boolean hasTimedOut() {
      return late;
    }

    @Override
    public HealthCheckMetadata getHealthCheckMetadata() {
      return metadata;
    }
  }

  @Activate
  public ChecksExecutor(@Reference NodeSettings settings) {
    this(() -> settings.get(HealthSettings.MARGAY_HEALTH_TIMEOUT_MS), () -> settings.get(HealthSettings.MARGAY_HEALTH_CACHE_MS));
  }

  ChecksExecutor(IntSupplier timeoutMs, IntSupplier cacheMs) {
    this.timeoutMs = timeoutMs;
    this.cacheMs = cacheMs;
    this.threads = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> {
      Thread thread = new Thread(task, "margay-health");
      thread.setDaemon(true);
      return thread;
    });
    threads.allowCoreThreadTimeOut(true);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addCheck(ServiceReference<HealthCheck> reference, HealthCheck check) {
    add(new HealthCheckMetadata(reference), check);
  }

  void removeCheck(ServiceReference<HealthCheck> reference) {
    checks.remove(new HealthCheckMetadata(reference));
  }

  void add(HealthCheckMetadata metadata, HealthCheck check) {
    checks.put(metadata, new Known(check, metadata));
  }

  @Override
  public List<HealthCheckExecutionResult> execute(HealthCheckSelector selector) {
    return execute(selector, new HealthCheckExecutionOptions());
  }

  @Override
  public List<HealthCheckExecutionResult> execute(HealthCheckSelector selector, HealthCheckExecutionOptions options) {
    int waitMs = options.getOverrideGlobalTimeout() > 0 ? options.getOverrideGlobalTimeout() : timeoutMs.getAsInt();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    List<Known> chosen = checks.values().stream().filter(k -> matches(k.metadata, selector, options.isCombineTagsWithOr()))
        .sorted(Comparator.comparing((Known k) -> String.valueOf(k.metadata.getName())).thenComparing(k -> k.metadata.getServiceId())).toList();
    List<Future<Outcome>> runs = new ArrayList<>();
    for (Known known : chosen) {
      runs.add(start(known, options.isForceInstantExecution()));
    }
    List<HealthCheckExecutionResult> results = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      results.add(await(chosen.get(i).metadata, runs.get(i), deadline, waitMs));
    }
    return results;
  }

  private static Future<Outcome> start(Known known, boolean fresh) {
    try {
      return known.result(fresh);
    } catch (RejectedExecutionException e) {
      return null;
    }
  }

  private static HealthCheckExecutionResult await(HealthCheckMetadata metadata, Future<Outcome> run, long deadlineNanos, int waitMs) {
    String why = "too many checks wait, or the checks stop";
    boolean late = false;
    if (run != null) {
      try {
        return run.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        late = true;
        why = "no result within " + waitMs + " ms";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        why = "interrupted";
      } catch (CancellationException e) {
        why = "the checks stop";
      } catch (ExecutionException e) { // an Error of the check
        why = "the check failed: " + e.getCause();
      }
    }
    return new Outcome(metadata, new Result(Result.Status.HEALTH_CHECK_ERROR, why), waitMs, new Date(), late);
  }

  /** As Felix documents it: a minus excludes; names and tags are alternatives. */
  static boolean matches(HealthCheckMetadata check, HealthCheckSelector selector, boolean anyTag) {
    List<String> tags = check.getTags() == null ? List.of() : check.getTags();
    List<String> wanted = list(selector.tags()).stream().filter(t -> !t.startsWith("-")).toList();
    List<String> names = list(selector.names()).stream().filter(n -> !n.startsWith("-")).toList();
    if (list(selector.tags()).stream().anyMatch(t -> t.startsWith("-") && tags.contains(t.substring(1)))
        || list(selector.names()).contains("-" + check.getName())) {
      return false;
    }
    if (wanted.isEmpty() && names.isEmpty()) {
      return true;
    }
    boolean byTag = !wanted.isEmpty() && (anyTag ? wanted.stream().anyMatch(tags::contains) : tags.containsAll(wanted));
    return byTag || names.contains(check.getName());
  }

  private static List<String> list(String[] values) {
    return values == null ? List.of() : Arrays.asList(values);
  }

  @Deactivate
  void close() {
    threads.shutdownNow().forEach(waiting -> ((FutureTask<?>) waiting).cancel(false));
  }
}
