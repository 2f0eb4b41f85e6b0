package io.margay.spi.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServiceHolderTest {
  /** A service that notices when it is used after it was stopped. */
  private static final class Service {
    private volatile boolean stopped;
    private final AtomicLong calls = new AtomicLong();

    boolean call() {
      boolean before = stopped;
      calls.incrementAndGet();
      Thread.onSpinWait();
      return !before && !stopped;
    }
  }

  @Test
  void givesTheNewestServiceOrNone() {
    ServiceHolder<String> holder = new ServiceHolder<>(1000);
    assertThat(holder.lease()).isNull();
    assertThat(holder.peek()).isNull();
    assertThat(holder.set("a")).isTrue();
    assertThat(holder.set("b")).isTrue();
    assertThat(holder.peek()).isEqualTo("b");
    try (ServiceHolder.Lease<String> lease = holder.lease()) {
      assertThat(lease.service()).isEqualTo("b");
    }
    String other = new String("b");
    assertThat(holder.clear(other)).isTrue();
    assertThat(holder.peek()).as("an unbind of another service").isEqualTo("b");
    assertThat(holder.clear("b")).isTrue();
    assertThat(holder.lease()).isNull();
  }

  @Test
  void waitsForTheCallersOfTheServiceThatLeaves() throws Exception {
    ServiceHolder<String> holder = new ServiceHolder<>(20_000);
    holder.set("old");
    ServiceHolder.Lease<String> lease = holder.lease();
    CompletableFuture<Boolean> replaced = CompletableFuture.supplyAsync(() -> holder.set("new"));
    while (!"new".equals(holder.peek())) {
      Thread.onSpinWait();
    }
    assertThat(replaced).isNotDone();
    try (ServiceHolder.Lease<String> other = holder.lease()) {
      assertThat(other.service()).as("new callers do not wait").isEqualTo("new");
    }
    lease.close();
    assertThat(replaced.get(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void waitsNoLongerThanItsBound() {
    ServiceHolder<String> holder = new ServiceHolder<>(20);
    holder.set("stuck");
    try (ServiceHolder.Lease<String> lease = holder.lease()) {
      long start = System.nanoTime();
      assertThat(holder.clear("stuck")).isFalse();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
      assertThat(lease.service()).isEqualTo("stuck");
    }
  }

  @Test
  void noCallerSeesAStoppedServiceWhileServicesAreReplaced() throws Exception {
    ServiceHolder<Service> holder = new ServiceHolder<>(10_000);
    List<Service> all = new ArrayList<>();
    Service first = new Service();
    all.add(first);
    holder.set(first);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong good = new AtomicLong();
    AtomicLong bad = new AtomicLong();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      callers.add(new Thread(() -> {
        while (!stop.get()) {
          try (ServiceHolder.Lease<Service> lease = holder.lease()) {
            (lease.service().call() ? good : bad).incrementAndGet();
          }
        }
      }));
    }
    callers.forEach(Thread::start);
    for (int i = 0; i < 500; i++) {
      Service old = all.get(all.size() - 1);
      Service next = new Service();
      all.add(next);
      assertThat(holder.set(next)).isTrue();
      old.stopped = true;
    }
    stop.set(true);
    for (Thread t : callers) {
      t.join();
    }
    assertThat(bad.get()).isZero();
    assertThat(good.get()).isEqualTo(all.stream().mapToLong(s -> s.calls.get()).sum());
  }
}
