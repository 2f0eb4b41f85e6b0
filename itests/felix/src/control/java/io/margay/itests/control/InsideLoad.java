package io.margay.itests.control;

import io.margay.itests.osgi.Pulse;
import io.margay.spi.producer.Producer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A bundle beside the broker that publishes through its {@link Producer} service, which asks the topic's partitioner where each
 * record goes: at a fixed rate, key and value are the record's number.
 */
public final class InsideLoad {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long END_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Producer producer;
  private final String topic;
  private final Pulse pulse = new Pulse(1);
  private final Thread thread = new Thread(this::run, "itest-inside-load");
  /** A line for each record that is written: number, partition, offset. Guarded by itself. */
  private final List<String> written = new ArrayList<>();
  /** Guarded by {@link #written}. */
  private final List<String> problems = new ArrayList<>();
  private volatile boolean sending = true;
  private int sent;

  InsideLoad(Producer producer, String topic) {
    this.producer = producer;
    this.topic = topic;
    thread.start();
  }

  Pulse pulse() {
    return pulse;
  }

  private void run() {
    long next = System.nanoTime();
    while (sending) {
      send(sent++, next);
      next += PERIOD_NANOS;
      long left = next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      }
    }
  }

  private void send(int number, long since) {
    byte[] bytes = Integer.toString(number).getBytes(StandardCharsets.UTF_8);
    producer.send(topic, bytes, bytes, List.of()).whenComplete((where, failure) -> {
      if (failure == null) {
        pulse.answered(0, since);
      }
      synchronized (written) {
        if (failure == null) {
          written.add(number + " " + where.partition() + " " + where.offset());
        } else {
          problems.add("record " + number + " failed: " + failure);
        }
        written.notifyAll();
      }
    });
  }

  /** Ends, waits for all answers. @return what was written, a line each, then the problems, each line with a ! before it */
  String end() {
    sending = false;
    try {
      thread.join();
      long deadline = System.nanoTime() + END_TIMEOUT_NANOS;
      synchronized (written) {
        while (written.size() + problems.size() < sent && System.nanoTime() < deadline) {
          TimeUnit.NANOSECONDS.timedWait(written, deadline - System.nanoTime());
        }
        if (written.size() + problems.size() < sent) {
          problems.add(sent - written.size() - problems.size() + " records were never answered");
        }
        StringBuilder out = new StringBuilder();
        written.forEach(line -> out.append(line).append('\n'));
        problems.forEach(line -> out.append('!').append(line).append('\n'));
        return out.toString();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "!interrupted\n";
    }
  }
}
