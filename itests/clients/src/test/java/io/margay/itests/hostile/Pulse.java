package io.margay.itests.hostile;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.protocol.ApiKeys;

/** Small requests of a client that has nothing to do with the attack, one after another: it keeps how long the slowest answer took. */
final class Pulse implements AutoCloseable {
  private static final long PAUSE_NANOS = 10_000_000;

  private record Request(ApiKeys api, int version, byte[] frame) { }

  private static final List<Request> REQUESTS = List.of(
      new Request(ApiKeys.API_VERSIONS, 0, Wire.frame(ApiKeys.API_VERSIONS, 0, out -> { })),
      new Request(ApiKeys.METADATA, 4, Wire.frame(ApiKeys.METADATA, 4, out -> {
        out.writeInt(1);
        out.writeUTF(Bystander.TOPIC);
        out.writeBoolean(false);
      })),
      new Request(ApiKeys.LIST_OFFSETS, 5, Wire.frame(ApiKeys.LIST_OFFSETS, 5, out -> {
        out.writeInt(-1);
        out.writeByte(0);
        out.writeInt(1);
        out.writeUTF(Bystander.TOPIC);
        out.writeInt(1);
        out.writeInt(0);
        out.writeInt(-1);
        out.writeLong(-1);
      })),
      new Request(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, Frames.produce(Bystander.TOPIC, Batches.plain(new byte[8], new byte[100]))));

  private final Wire wire;
  private final Thread thread = new Thread(this::work, "pulse");
  private volatile boolean stopped;
  private volatile Exception failure;
  private long slowestNanos;
  private String slowest = "";
  private int answers;

  Pulse(int port) throws IOException {
    wire = new Wire(port);
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    try {
      while (!stopped) {
        for (Request r : REQUESTS) {
          long start = System.nanoTime();
          String answer = wire.call(r.api(), r.version(), r.frame());
          long nanos = System.nanoTime() - start;
          if (!answer.equals("NONE") && !answer.equals("nothing")) {
            throw new IOException(r.api() + ": " + answer);
          }
          answers++;
          if (nanos > slowestNanos) {
            slowestNanos = nanos;
            slowest = r.api().name;
          }
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  /** Ends it, and fails when an answer took longer than this. */
  String check(int atMostMs) throws InterruptedException {
    stopped = true;
    thread.join();
    long ms = TimeUnit.NANOSECONDS.toMillis(slowestNanos);
    if (failure != null) {
      throw new AssertionError("another client after " + answers + " answers: " + failure, failure);
    }
    if (answers == 0 || ms > atMostMs) {
      throw new AssertionError("another client waited " + ms + " ms for " + slowest + ", the slowest of " + answers + " answers");
    }
    return "others " + ms + " ms";
  }

  @Override
  public void close() {
    stopped = true;
    wire.close();
  }
}
