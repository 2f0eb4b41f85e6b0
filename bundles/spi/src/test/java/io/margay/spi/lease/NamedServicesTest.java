package io.margay.spi.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class NamedServicesTest {
  private final NamedServices<Object> services = new NamedServices<>("thing", 100);
  private final Object first = new Object();
  private final Object second = new Object();

  @Test
  void findsByName() {
    services.add(first, Map.of("name", "a"));
    assertThat(services.lease("a").service()).isSameAs(first);
    assertThat(services.lease("b")).isNull();
    assertThat(services.missing("b")).isEqualTo("there is no thing b; installed are a");
    assertThatThrownBy(() -> services.add(second, Map.of())).hasMessageContaining("service property name");
  }

  @Test
  void theBestOfOneNameCountsAndTheOtherTakesOver() {
    services.add(first, Map.of("name", "a", "service.ranking", 5));
    services.add(second, Map.of("name", "a"));
    assertThat(services.lease("a").service()).isSameAs(first);
    services.remove(first);
    try (var lease = services.lease("a")) {
      assertThat(lease.service()).isSameAs(second);
    }
    services.remove(second);
    assertThat(services.lease("a")).isNull();
    assertThat(services.names()).isEmpty();
  }

  @Test
  void thoseWhoWaitGoOnWhenItComes() throws Exception {
    CompletableFuture<ServiceHolder.Lease<Object>> waiting = services.await("a", 60_000).toCompletableFuture();
    assertThat(waiting).isNotDone();
    services.add(first, Map.of("name", "a"));
    assertThat(waiting.get(60, TimeUnit.SECONDS).service()).isSameAs(first);
    assertThat(services.await("a", 0).toCompletableFuture()).isDone();
  }

  @Test
  void waitingEnds() {
    assertThatThrownBy(() -> services.await("a", 1).toCompletableFuture().get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class).hasCauseInstanceOf(TimeoutException.class)
        .hasMessageContaining("there is no thing a; installed are none");
  }

  @Test
  void whoWaitsForAServiceThatGoesAgainAtOnceWaitsOn() throws Exception {
    services.await("a", 60_000).thenAccept(lease -> {
      lease.close();
      services.remove(first);
    });
    CompletableFuture<ServiceHolder.Lease<Object>> waiting = services.await("a", 60_000).toCompletableFuture();
    services.add(first, Map.of("name", "a"));
    assertThat(waiting).isNotDone();
    services.add(second, Map.of("name", "a"));
    assertThat(waiting.get(60, TimeUnit.SECONDS).service()).isSameAs(second);
  }

  @Test
  void aNameThatWentIsKnown() {
    services.await("a", 1);
    assertThat(services.known("a")).isFalse();
    services.add(first, Map.of("name", "a"));
    services.remove(first);
    assertThat(services.known("a")).isTrue();
  }
}
