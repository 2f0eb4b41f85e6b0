package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.CompressionType;

/** What lies on the disk already when a broker starts: much of it, or poison. */
final class DiskAttacks {
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private DiskAttacks() { }

  static List<Attack> all() {
    int segments = size(120, 5_000);
    return List.of(
        Attack.alone("a", segments + " segments of 1 GiB with indexes of 5 MB each, restart, retention",
            Map.of("KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS", "3000"), b -> manySegments(b, segments)),
        Attack.alone("f-stored", "a batch in a compacted log that unpacks to 400 MB, restart",
            Map.of("KAFKA_LOG_CLEANER_BACKOFF_MS", "300"), DiskAttacks::storedBomb),
        Attack.alone("o", "poison records to __consumer_offsets as __admin_client, restart", DiskAttacks::poison),
        Attack.alone("o-stored", "poison records in the files of __consumer_offsets, restart", DiskAttacks::storedPoison));
  }

  private static Path partition(HostileBroker broker, String name) {
    return broker.data().resolve("logs").resolve(name);
  }

  private static String manySegments(HostileBroker broker, int segments) throws Exception {
    broker.createTopic("large", 1, Map.of("retention.bytes", Long.toString((segments / 2L) << 30), "retention.ms", "-1"));
    byte[] produce = Frames.produce("large", Batches.plain("k", "v", -1));
    broker.connect().call(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, produce);
    broker.restart(() -> SegmentFiles.write(partition(broker, "large-0"), segments));
    String answer = broker.connect().call(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, produce);
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    for (long left = segments; left > segments / 2 + 2; left = SegmentFiles.count(partition(broker, "large-0"))) {
      broker.checkAlive();
      if (System.nanoTime() > deadline) {
        throw new AssertionError("retention did not delete what it should: " + left + " segments left");
      }
      LockSupport.parkNanos(100_000_000);
    }
    // Look-ups in segments all over the log need the indexes of each.
    Wire wire = broker.connect();
    for (int i = 0; i < segments / 2; i++) {
      wire.call(ApiKeys.LIST_OFFSETS, 5, SegmentFiles.listOffsets("large", SegmentFiles.FIRST_TIMESTAMP + i * 1_000L));
    }
    return answer + ", half of them deleted";
  }

  private static String storedBomb(HostileBroker broker) throws Exception {
    broker.createTopic("compacted", 1, Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.01", "segment.bytes",
        "1048576", "delete.retention.ms", "0"));
    broker.connect().call(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, Frames.produce("compacted", Batches.plain("k", "v", -1)));
    Path dir = partition(broker, "compacted-0");
    byte[] bomb = Batches.at(Batches.bomb(CompressionType.ZSTD, 400), 100);
    AtomicLong written = new AtomicLong();
    broker.restart(() -> {
      SegmentFiles.clear(dir);
      SegmentFiles.closed(dir, 0, batches("a", 0, 100), bomb, batches("b", 101, 100));
      SegmentFiles.closed(dir, 201, batches("c", 201, 100));
      SegmentFiles.closed(dir, 301, Batches.at(Batches.plain("active", "v", -1), 301));
      written.set(SegmentFiles.bytes(dir));
    });
    long deadline = System.nanoTime() + PATIENCE_NANOS / 2;
    long before = written.get();
    while (SegmentFiles.bytes(dir) > before - 10_000) {
      broker.checkAlive();
      if (System.nanoTime() > deadline) {
        throw new AssertionError("nothing was compacted: " + SegmentFiles.bytes(dir) + " of " + before + " bytes; "
            + broker.logLines("compacted-0") + " lines in the log");
      }
      LockSupport.parkNanos(100_000_000);
    }
    long lines = broker.logLines("compacted-0");
    if (lines > 10) {
      throw new AssertionError(lines + " lines in the log");
    }
    return "the rest compacted, " + lines + " lines in the log";
  }

  /** Batches of one record with the same key. */
  private static byte[] batches(String key, int from, int count) {
    byte[] value = new byte[200];
    ByteBuffer all = ByteBuffer.allocate(count * 400);
    for (int i = 0; i < count; i++) {
      all.put(Batches.at(Batches.plain(key, new String(value, java.nio.charset.StandardCharsets.US_ASCII), -1), from + i));
    }
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return bytes;
  }

  /** Keys and values of records that no coordinator wrote. */
  private static List<byte[]> poisonBatches() {
    return List.of(Batches.plain(new byte[] {0, 1, 0x7f, -1, 1}, new byte[] {0, 3, 1}), Batches.plain(new byte[0], new byte[0]),
        Batches.plain(new byte[] {0, 2, 0, 1, 'g'}, new byte[] {0, 3, 0x7f, -1}), Batches.plain(new byte[] {0x7f, -1, 0}, new byte[3]),
        Batches.plain(new byte[] {0, 1, 0, 1, 'g', 0, 1, 't', 0, 0, 0, 0}, new byte[] {0, 3, 0, 0}),
        Batches.plain(null, new byte[] {1}));
  }

  private static String poison(HostileBroker broker) throws Exception {
    Member.roundTrip(broker.bootstrap(), "group");
    StateAttacks.Answers answers = new StateAttacks.Answers();
    for (byte[] batch : poisonBatches()) {
      for (String client : List.of("__admin_client", "hostile", "")) {
        byte[] frame = Frames.produce("__consumer_offsets", 0, 50, client, p -> batch);
        answers.add(broker.connect().call(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, frame));
      }
    }
    broker.killAndStart();
    return answers + ", " + groupsWork(broker);
  }

  private static String storedPoison(HostileBroker broker) throws Exception {
    Member.roundTrip(broker.bootstrap(), "group");
    broker.restart(() -> {
      try (Stream<Path> all = Files.list(broker.data().resolve("logs"))) {
        for (Path dir : all.filter(d -> d.getFileName().toString().startsWith("__consumer_offsets-")).toList()) {
          SegmentFiles.append(dir, poisonBatches());
        }
      }
    });
    return groupsWork(broker);
  }

  private static String groupsWork(HostileBroker broker) throws Exception {
    long ms = 0;
    for (int i = 0; i < 10; i++) {
      ms = Math.max(ms, Member.roundTrip(broker.bootstrap(), i == 0 ? "group" : "other" + i));
    }
    long lines = broker.logLines("__consumer_offsets");
    if (lines > 500) {
      throw new AssertionError(lines + " lines in the log");
    }
    return "groups work within " + ms + " ms, " + lines + " lines in the log";
  }
}
