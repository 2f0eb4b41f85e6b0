package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Scheduler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimerSchedulerTest {
  private final TimerScheduler scheduler = new TimerScheduler();

  @AfterEach
  void close() {
    scheduler.close();
  }

  @Test
  void runsOnOneDaemonThreadInOrder() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    scheduler.after(0, () -> threads.add(Thread.currentThread()));
    scheduler.after(-5, () -> threads.add(Thread.currentThread()));
    Thread first = threads.poll(60, TimeUnit.SECONDS);
    assertThat(first.isDaemon()).isTrue();
    assertThat(first.getName()).isEqualTo("margay-timer");
    assertThat(threads.poll(60, TimeUnit.SECONDS)).isSameAs(first);
  }

  @Test
  void aTaskThatFailsRunsAgainAndHurtsNoOther() throws Exception {
    CountDownLatch runs = new CountDownLatch(3);
    scheduler.every(0, 1, () -> {
      runs.countDown();
      throw new AssertionError("a task that fails");
    });
    assertThat(runs.await(60, TimeUnit.SECONDS)).isTrue();
    CountDownLatch other = new CountDownLatch(1);
    scheduler.after(0, other::countDown);
    assertThat(other.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aCancelledTaskDoesNotRun() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    scheduler.after(0, () -> {
      try {
        held.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    Scheduler.Timer timer = scheduler.after(0, () -> ran.add("cancelled"));
    timer.cancel();
    timer.cancel();
    scheduler.after(0, () -> ran.add("kept"));
    held.countDown();
    assertThat(ran.poll(60, TimeUnit.SECONDS)).isEqualTo("kept");
  }

  @Test
  void takesTimersAfterTheEndAndNeverRunsThem() {
    BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    scheduler.after(60_000, () -> ran.add("too late"));
    scheduler.close();
    Scheduler.Timer timer = scheduler.after(0, () -> ran.add("after the end"));
    timer.cancel();
    scheduler.every(0, 1, () -> ran.add("after the end"));
    assertThat(ran).isEmpty();
  }
}
