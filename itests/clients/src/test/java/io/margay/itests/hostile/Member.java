package io.margay.itests.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A member of a group: the stock consumer. */
final class Member {
  private static final TopicPartition PARTITION = new TopicPartition("bystander", 0);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Member() { }

  /** Joins a group, is given the partition, commits, and reads what was committed. @return how many ms that took */
  static long roundTrip(String bootstrap, String group) {
    long start = System.nanoTime();
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("group.id", group);
    p.put("enable.auto.commit", "false");
    p.put("auto.offset.reset", "latest");
    p.put("default.api.timeout.ms", Long.toString(PATIENCE.toMillis()));
    p.put("request.timeout.ms", "15000");
    try (KafkaConsumer<byte[], byte[]> c = new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      c.subscribe(List.of(PARTITION.topic()));
      while (c.assignment().isEmpty()) {
        c.poll(Duration.ofMillis(100));
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw new AssertionError("the group " + group + " got no partition in " + PATIENCE + "; " + describe(c, bootstrap, group));
        }
      }
      // The client asks for the committed offset by itself after an assignment, and gives the same answer to a question that comes meanwhile.
      c.position(PARTITION);
      long n = System.nanoTime() >>> 20;
      c.commitSync(Map.of(PARTITION, new OffsetAndMetadata(n)));
      OffsetAndMetadata committed = c.committed(Set.of(PARTITION)).get(PARTITION);
      if (committed == null || committed.offset() != n) {
        throw new AssertionError("committed " + n + ", found " + committed);
      }
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  /** What its client and the broker say of it, to tell a request without an answer from a connection that was refused. */
  private static String describe(KafkaConsumer<?, ?> consumer, String bootstrap, String group) {
    String metrics = consumer.metrics().values().stream()
        .filter(m -> Set.of("connection-count", "connection-creation-total", "connection-close-total", "join-total", "sync-total",
            "failed-rebalance-total", "heartbeat-total", "response-total", "request-total").contains(m.metricName().name())
            && !m.metricName().group().contains("node"))
        .map(m -> m.metricName().name() + "=" + m.metricValue()).sorted().collect(Collectors.joining(" "));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", "5000", "request.timeout.ms", "5000"))) {
      return metrics + "; " + admin.describeClassicGroups(List.of(group)).all().get();
    } catch (Exception e) {
      return metrics + "; the group cannot be described: " + e;
    }
  }

  /** Waits until groups of all names are served: the first one made the topic of their offsets. */
  static void awaitCoordinators(HostileBroker broker) throws IOException {
    roundTrip(broker.bootstrap(), "first");
    Wire wire = broker.connect();
    for (int i = 0; i < 200; i++) {
      byte[] heartbeat = heartbeat("group" + i);
      String answer = "";
      for (long deadline = System.nanoTime() + PATIENCE.toNanos(); !answer.equals("UNKNOWN_MEMBER_ID");) {
        answer = wire.call(ApiKeys.HEARTBEAT, 1, heartbeat);
        if (System.nanoTime() > deadline) {
          throw new AssertionError("the coordinator of group" + i + " answers " + answer);
        }
      }
    }
  }

  private static byte[] heartbeat(String group) {
    return Wire.frame(ApiKeys.HEARTBEAT, 1, out -> {
      out.writeUTF(group);
      out.writeInt(1);
      out.writeUTF("nobody");
    });
  }

  /** @param answer of JoinGroup version 3, with the header */
  static String idFromJoin(ByteBuffer answer) {
    answer.getInt();
    JoinGroupResponseData data = new JoinGroupResponseData(new ByteBufferAccessor(answer), (short) 3);
    if (data.errorCode() != 0) {
      throw new AssertionError("error " + data.errorCode());
    }
    return data.memberId();
  }
}
