package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.execution.HealthCheckExecutionOptions;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckMetadata;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class HealthServiceTest {
  private final TestService test = new TestService(false);
  private final TestChannel channel = new TestChannel(test);
  private final AtomicReference<String> asked = new AtomicReference<>();

  @AfterEach
  void nothingIsLeft() {
    channel.finishAndReleaseAll();
    channel.checkException();
    test.health.close();
  }

  /** One check with this status. */
  private HealthCheckExecutor checks(Result.Status status, CountDownLatch gate) {
    HealthCheckMetadata metadata = new HealthCheckMetadata(ServiceReferences.named("heap"));
    HealthCheckExecutionResult result = new HealthCheckExecutionResult() {
      @Override
      public Result getHealthCheckResult() {
        return new Result(status, "12 % \"in use\"");
      }

      @Override
      public long getElapsedTimeInMs() {
        return 3;
      }

      @Override
      public Date getFinishedAt() {
        return new Date();
      }

      @Override
      public boolean hasTimedOut() {
        return false;
      }

      @Override
      public HealthCheckMetadata getHealthCheckMetadata() {
        return metadata;
      }
    };
    return new HealthCheckExecutor() {
      @Override
      public List<HealthCheckExecutionResult> execute(HealthCheckSelector selector) {
        try {
          gate.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        asked.set(String.join(",", selector.tags()));
        return List.of(result);
      }

      @Override
      public List<HealthCheckExecutionResult> execute(HealthCheckSelector selector, HealthCheckExecutionOptions options) {
        return execute(selector);
      }
    };
  }

  private String get(String path) {
    channel.receive("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    StringBuilder response = new StringBuilder();
    while (response.isEmpty()) {
      channel.runPendingTasks();
      response.append(channel.response());
      LockSupport.parkNanos(100_000);
    }
    return response.toString();
  }

  @ParameterizedTest
  @CsvSource({"OK,200", "WARN,200", "TEMPORARILY_UNAVAILABLE,503", "CRITICAL,503", "HEALTH_CHECK_ERROR,503"})
  void theStatusIsThatOfTheWorstCheck(Result.Status status, int code) {
    test.checks = checks(status, new CountDownLatch(0));
    assertThat(get("/health/ready")).startsWith("HTTP/1.1 " + code + " ").containsIgnoringCase("connection: close")
        .endsWith("\r\n\r\n{\"status\":\"" + status + "\",\"checks\":[{\"name\":\"heap\",\"status\":\"" + status
            + "\",\"messages\":[\"12 % \\\"in use\\\"\"],\"elapsed_ms\":3}]}\n");
    assertThat(asked.get()).isEqualTo("ready");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void withoutChecksItIsNotHealthy() {
    assertThat(get("/health/live")).startsWith("HTTP/1.1 503 ").contains("the bundle health is not started");
    assertThat(HealthService.answer(List.of()).healthy()).isFalse();
  }

  @Test
  void onlyThesePathsAndGet() {
    test.checks = checks(Result.Status.OK, new CountDownLatch(0));
    assertThat(get("/health/other")).startsWith("HTTP/1.1 404 ");
    TestChannel second = new TestChannel(test);
    second.receive("POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    assertThat(second.response()).startsWith("HTTP/1.1 400 ").contains("expected GET");
    TestChannel third = new TestChannel(test);
    third.receive("GET /health/live HTTP/1.1\r\nHost: x\r\nOrigin: http://evil\r\n\r\n");
    assertThat(third.response()).startsWith("HTTP/1.1 403 ");
  }

  @Test
  void onlySoManyRequestsWait() {
    CountDownLatch gate = new CountDownLatch(1);
    test.checks = checks(Result.Status.OK, gate);
    List<java.util.concurrent.CompletableFuture<HealthService.Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      answers.add(test.health.run("live"));
    }
    assertThat(answers.get(17)).isCompletedExceptionally();
    gate.countDown();
    assertThat(answers.get(16).join().healthy()).isTrue();
  }
}
