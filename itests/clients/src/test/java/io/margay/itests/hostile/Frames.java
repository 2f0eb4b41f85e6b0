package io.margay.itests.hostile;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.protocol.ApiKeys;

/** Frames that several attacks send. All versions are without tagged fields. */
final class Frames {
  static final int FETCH_VERSION = 4;
  static final int PRODUCE_VERSION = 8;

  private Frames() { }

  /** Metadata of all topics, 18 bytes long. */
  static byte[] allMetadata() {
    return Wire.frame(ApiKeys.METADATA, 1, "", out -> out.writeInt(-1));
  }

  /** A fetch that names partitions of a topic, item by item from 0 on, over and over, each at an offset that is never reached by others. */
  static byte[] fetch(String topic, int maxWaitMs, int items, int partitions) {
    return Wire.frame(ApiKeys.FETCH, FETCH_VERSION, out -> {
      out.writeInt(-1);
      out.writeInt(maxWaitMs);
      out.writeInt(1);
      out.writeInt(Integer.MAX_VALUE);
      out.writeByte(0);
      out.writeInt(1);
      out.writeUTF(topic);
      out.writeInt(items);
      for (int i = 0; i < items; i++) {
        out.writeInt(i % partitions);
        out.writeLong(0);
        out.writeInt(1 << 20);
      }
    });
  }

  /** A fetch that opens a session. */
  static byte[] openSession(String topic, int partitions, int replicaId) {
    return Wire.frame(ApiKeys.FETCH, 11, out -> {
      out.writeInt(replicaId);
      out.writeInt(0);
      out.writeInt(0);
      out.writeInt(1 << 20);
      out.writeByte(0);
      out.writeInt(0);
      out.writeInt(0);
      out.writeInt(1);
      out.writeUTF(topic);
      out.writeInt(partitions);
      for (int i = 0; i < partitions; i++) {
        out.writeInt(i);
        out.writeInt(-1);
        out.writeLong(0);
        out.writeLong(-1);
        out.writeInt(1 << 20);
      }
      out.writeInt(0);
      out.writeUTF("");
    });
  }

  /** A batch to each of the partitions {@code from} to {@code to}, excluding. */
  static byte[] produce(String topic, int from, int to, String clientId, PartitionBatch batches) {
    return Wire.frame(ApiKeys.PRODUCE, PRODUCE_VERSION, clientId, out -> {
      out.writeShort(-1);
      out.writeShort(-1);
      out.writeInt(20_000);
      out.writeInt(1);
      out.writeUTF(topic);
      out.writeInt(to - from);
      for (int partition = from; partition < to; partition++) {
        byte[] batch = batches.of(partition);
        out.writeInt(partition);
        out.writeInt(batch.length);
        out.write(batch);
      }
    });
  }

  static byte[] produce(String topic, byte[] batch) {
    return produce(topic, 0, 1, "hostile", p -> batch);
  }

  /** The batch for a partition. */
  @FunctionalInterface
  interface PartitionBatch {
    byte[] of(int partition);
  }

  /** A string of five characters for each number below a million. */
  static void name(DataOutputStream out, int n) throws IOException {
    out.writeShort(5);
    int rest = n;
    for (int i = 0; i < 5; i++) {
      out.writeByte('A' + rest % 26);
      rest /= 26;
    }
  }

  static void nullString(DataOutputStream out) throws IOException {
    out.writeShort(-1);
  }

  /** A string of any length up to 32 KB. */
  static void longString(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeShort(bytes.length);
    out.write(bytes);
  }

  static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
