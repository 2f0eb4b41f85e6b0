package io.margay.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.execution.HealthCheckExecutionOptions;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckMetadata;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.ServiceReference;

@Timeout(30)
class ChecksExecutorTest {
  private static final int LONG_MS = 20_000;

  private int timeoutMs = LONG_MS;
  private int cacheMs = LONG_MS;
  private final ChecksExecutor executor = new ChecksExecutor(() -> timeoutMs, () -> cacheMs);
  private long ids;

  @AfterEach
  void stop() {
    executor.close();
  }

  private HealthCheckMetadata add(String name, HealthCheck check, String... tags) {
    return add(name, check, Map.of(), tags);
  }

  private HealthCheckMetadata add(String name, HealthCheck check, Map<String, Object> more, String... tags) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put(HealthCheck.NAME, name);
    properties.put(HealthCheck.TAGS, tags);
    properties.put("service.id", ++ids);
    ServiceReference<?> reference = (ServiceReference<?>) Proxy.newProxyInstance(getClass().getClassLoader(),
        new Class<?>[] {ServiceReference.class}, (p, method, a) -> method.getName().equals("getProperty") ? properties.get(a[0]) : null);
    HealthCheckMetadata metadata = new HealthCheckMetadata(reference);
    executor.add(metadata, check);
    return metadata;
  }

  private static HealthCheck ok() {
    return () -> new Result(Result.Status.OK, "fine");
  }

  private List<String> run(HealthCheckSelector selector) {
    return executor.execute(selector).stream().map(ChecksExecutorTest::text).toList();
  }

  private static String text(HealthCheckExecutionResult r) {
    return r.getHealthCheckMetadata().getName() + " " + r.getHealthCheckResult().getStatus();
  }

  @Test
  void checksAreChosenByTagAndName() {
    add("a", ok(), "live", "ready");
    add("b", ok(), "ready");
    add("c", ok());
    assertThat(run(HealthCheckSelector.empty())).containsExactly("a OK", "b OK", "c OK");
    assertThat(run(HealthCheckSelector.tags("ready"))).containsExactly("a OK", "b OK");
    assertThat(run(HealthCheckSelector.tags("ready", "live"))).containsExactly("a OK");
    assertThat(run(HealthCheckSelector.tags("ready", "-live"))).containsExactly("b OK");
    assertThat(run(HealthCheckSelector.names("c").withTags("live"))).containsExactly("a OK", "c OK");
    assertThat(run(HealthCheckSelector.names("-c"))).containsExactly("a OK", "b OK");
    assertThat(executor.execute(HealthCheckSelector.tags("live", "none"), new HealthCheckExecutionOptions().setCombineTagsWithOr(true)))
        .hasSize(1);
  }

  @Test
  void aResultIsUsedAgainForSomeTime() {
    AtomicInteger runs = new AtomicInteger();
    HealthCheck counted = () -> new Result(Result.Status.OK, "run " + runs.incrementAndGet());
    add("a", counted);
    add("b", counted, Map.of(HealthCheck.RESULT_CACHE_TTL_IN_MS, 0L));
    run(HealthCheckSelector.names("a"));
    run(HealthCheckSelector.names("a"));
    assertThat(runs.get()).isEqualTo(1);
    executor.execute(HealthCheckSelector.names("a"), new HealthCheckExecutionOptions().setForceInstantExecution(true));
    assertThat(runs.get()).isEqualTo(2);
    run(HealthCheckSelector.names("b"));
    run(HealthCheckSelector.names("b"));
    assertThat(runs.get()).as("its own time is 0").isEqualTo(4);
  }

  @Test
  void aCheckThatHangsIsAskedOnceAndTheOthersGoOn() {
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    add("a", ok());
    add("hangs", () -> {
      runs.incrementAndGet();
      try {
        never.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return null;
    });
    timeoutMs = 50;
    for (int i = 0; i < 6; i++) {
      List<HealthCheckExecutionResult> results = executor.execute(HealthCheckSelector.empty());
      assertThat(results.get(1).hasTimedOut()).isTrue();
      assertThat(results.get(1).getHealthCheckResult().toString()).contains("no result within 50 ms");
    }
    assertThat(runs.get()).isEqualTo(1);
    timeoutMs = LONG_MS;
    assertThat(run(HealthCheckSelector.names("a"))).containsExactly("a OK");
    never.countDown();
  }

  private static HealthCheck waits(CountDownLatch gate) {
    return () -> {
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new Result(Result.Status.OK, "fine");
    };
  }

  @Test
  void aCheckThatWasRefusedIsRunLater() {
    CountDownLatch gate = new CountDownLatch(1);
    for (int i = 0; i < ChecksExecutor.THREADS + ChecksExecutor.MOST_WAITING; i++) {
      add("waits", waits(gate), "waits");
    }
    add("refused", ok());
    timeoutMs = 1;
    run(HealthCheckSelector.tags("waits"));
    timeoutMs = LONG_MS;
    assertThat(executor.execute(HealthCheckSelector.names("refused")).get(0).getHealthCheckResult().toString()).contains("too many checks wait");
    gate.countDown();
    run(HealthCheckSelector.tags("waits"));
    assertThat(run(HealthCheckSelector.names("refused"))).containsExactly("refused OK");
  }

  /** Its caller would wait for the whole timeout. */
  @Test
  void aCheckThatWaitsForAThreadIsCancelledAtTheEnd() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    for (int i = 0; i < ChecksExecutor.THREADS; i++) {
      add("waits", waits(gate), "waits");
    }
    add("waits longer", ok(), "later");
    timeoutMs = 1;
    run(HealthCheckSelector.empty());
    executor.close();
    timeoutMs = LONG_MS;
    assertThat(executor.execute(HealthCheckSelector.tags("later")).get(0).getHealthCheckResult().toString()).contains("the checks stop");
  }

  @Test
  void whatACheckThrowsIsItsResult() {
    add("null", () -> null);
    add("throws", () -> {
      throw new IllegalStateException("broken");
    });
    add("unlinked", () -> {
      throw new NoClassDefFoundError("gone");
    });
    assertThat(run(HealthCheckSelector.empty())).containsExactly("null HEALTH_CHECK_ERROR", "throws HEALTH_CHECK_ERROR",
        "unlinked HEALTH_CHECK_ERROR");
  }

  @Test
  void aCheckThatIsGoneIsNotRun() {
    HealthCheckMetadata metadata = add("a", ok());
    executor.removeCheck(cast(metadata.getServiceReference()));
    assertThat(run(HealthCheckSelector.empty())).isEmpty();
  }

  @SuppressWarnings("unchecked")
  private static ServiceReference<HealthCheck> cast(ServiceReference<?> reference) {
    return (ServiceReference<HealthCheck>) reference;
  }
}
