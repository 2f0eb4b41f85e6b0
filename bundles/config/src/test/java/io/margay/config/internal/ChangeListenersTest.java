package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.config.NodeSettings.Registration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChangeListenersTest {
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final ChangeListeners listeners = new ChangeListeners(tasks::add);
  private final List<Set<String>> told = new ArrayList<>();

  @Test
  void whatChangesWhileAListenerIsBusyIsToldAtOnce() {
    listeners.add(told::add);
    listeners.tell(Set.of("a"));
    listeners.tell(Set.of("b"));
    assertThat(tasks).hasSize(1);
    tasks.remove().run();
    assertThat(told).containsExactly(Set.of("a", "b"));
    listeners.tell(Set.of("c"));
    tasks.remove().run();
    assertThat(told).containsExactly(Set.of("a", "b"), Set.of("c"));
  }

  @Test
  void anErrorOfAListenerStopsNeitherItNorTheOthers() {
    listeners.add(changed -> {
      throw new NoClassDefFoundError("of a part that was replaced");
    });
    listeners.add(told::add);
    listeners.tell(Set.of("a"));
    listeners.tell(Set.of("b"));
    tasks.forEach(Runnable::run);
    assertThat(told).containsExactly(Set.of("a", "b"));
  }

  @Test
  void aListenerThatEndedHearsNothingMore() {
    Registration registration = listeners.add(told::add);
    listeners.tell(Set.of("a"));
    registration.close();
    tasks.remove().run();
    listeners.tell(Set.of("b"));
    assertThat(tasks).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void aSlowListenerDelaysNeitherTheOthersNorTheCaller() throws InterruptedException {
    ThreadPoolExecutor pool = ChangeListeners.pool();
    ChangeListeners real = new ChangeListeners(pool);
    CountDownLatch slow = new CountDownLatch(1);
    CountDownLatch quick = new CountDownLatch(1);
    real.add(changed -> await(slow));
    real.add(changed -> quick.countDown());
    real.tell(Set.of("a"));
    assertThat(quick.await(60, TimeUnit.SECONDS)).as("told while the slow one still waits").isTrue();
    slow.countDown();
    pool.shutdown();
    assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
