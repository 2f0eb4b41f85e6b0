package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.io.IOException;
import java.util.Map;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.protocol.ApiKeys;

/** Requests without end, whose answers nobody reads, and requests that wait. */
final class PipelineAttacks {
  private static final long WATCH_NANOS = size(3, 30) * 1_000_000_000L;

  private PipelineAttacks() { }

  static List<Attack> all() {
    return List.of(
        Attack.of("c", "1 MB frames, then 900,000 Metadata of 500 topics, not read", PipelineAttacks::metadata),
        Attack.of("c-many", "the same on 20 connections", PipelineAttacks::metadataOnMany),
        Attack.of("c-configs", "DescribeConfigs of the broker without end, not read", b -> unread(b, 10, describeConfigs())),
        Attack.of("c-versions", "ApiVersions without end, not read", b -> unread(b, 10, Wire.frame(ApiKeys.API_VERSIONS, 0, "", out -> { }))),
        Attack.of("c-fetch", "fetches of 2 MB without end, not read", b -> unread(b, 30, Frames.fetch("bystander", 0, 1, 1))),
        Attack.of("c-produce", "batches that are refused, without end, not read",
            b -> unread(b, 10, Frames.produce("none", Batches.plain("k", "v", -1)))),
        Attack.of("d", "60 pipelined Fetch of 65,000 items that wait", b -> waiting(b, 1, 60, 1)),
        Attack.of("d-many", "the same from 30 connections, over 1,000 partitions", b -> waiting(b, 30, 10, 1_000)));
  }

  private static byte[] describeConfigs() {
    return Wire.frame(ApiKeys.DESCRIBE_CONFIGS, 3, out -> {
      out.writeInt(1);
      out.writeByte(4);
      out.writeUTF("1");
      out.writeInt(-1);
      out.writeBoolean(true);
      out.writeBoolean(true);
    });
  }

  private static byte[] largeFrame() {
    return Wire.frame(ApiKeys.METADATA, 4, out -> {
      out.writeInt(34);
      for (int i = 0; i < 34; i++) {
        Frames.longString(out, "x".repeat(30_000));
      }
      out.writeBoolean(false);
    });
  }

  private static String metadata(HostileBroker broker) throws Exception {
    return metadata(broker, 1);
  }

  private static String metadataOnMany(HostileBroker broker) throws Exception {
    return metadata(broker, 20);
  }

  private static String metadata(HostileBroker broker, int connections) throws Exception {
    broker.createTopicsOnce("many-", 500);
    byte[] large = largeFrame();
    return pour(broker, connections, repeat(Frames.allMetadata(), 10_000), size(30, 90), w -> {
      for (int i = 0; i < 4; i++) {
        w.send(large);
      }
    });
  }

  private static String unread(HostileBroker broker, int connections, byte[] request) throws Exception {
    byte[] chunk = repeat(request, Math.max(1, 200_000 / request.length));
    return pour(broker, connections, chunk, 100, w -> { });
  }

  private static byte[] repeat(byte[] one, int times) {
    byte[] all = new byte[one.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(one, 0, all, i * one.length, one.length);
    }
    return all;
  }

  private interface Prelude {
    void send(Wire wire) throws IOException;
  }

  /** Sends without reading until the broker takes no more, and goes on so for some time. */
  private static String pour(HostileBroker broker, int connections, byte[] chunk, int chunks, Prelude prelude) throws Exception {
    AtomicLong sent = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      Wire wire = broker.connect();
      wires.add(wire);
      Thread t = new Thread(() -> pour(wire, chunk, chunks, prelude, sent), "pour");
      t.start();
      threads.add(t);
    }
    long end = System.nanoTime() + WATCH_NANOS;
    while (System.nanoTime() < end) {
      broker.checkAlive();
      LockSupport.parkNanos(50_000_000);
    }
    long still = threads.stream().filter(Thread::isAlive).count();
    wires.forEach(Wire::close);
    for (Thread t : threads) {
      t.join();
    }
    return sent.get() / 1000 + " KB taken, " + still + " of " + connections + " held back";
  }

  private static void pour(Wire wire, byte[] chunk, int chunks, Prelude prelude, AtomicLong sent) {
    try {
      prelude.send(wire);
      for (int i = 0; i < chunks; i++) {
        wire.send(chunk);
        sent.addAndGet(chunk.length);
      }
    } catch (IOException e) {
      // The broker or the attack closed it: what counts is what others see.
      sent.addAndGet(0);
    }
  }

  private static String waiting(HostileBroker broker, int connections, int requests, int partitions) throws Exception {
    String topic = broker.newTopic(partitions, Map.of());
    byte[] fetch = Frames.fetch(topic, 600_000, 65_000, partitions);
    return pour(broker, connections, fetch, requests, w -> { });
  }
}
