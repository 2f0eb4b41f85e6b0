package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** More partitions than a node can carry. */
final class PartitionAttacks {
  private static final int STEP = 500;

  private PartitionAttacks() { }

  static List<Attack> all() {
    return List.of(
        Attack.alone("i", "CreateTopics of 5 times 10,000 partitions, a record to each", b -> create(b, 5, 10_000)),
        Attack.alone("i-many", "CreateTopics of " + size(8, 100) + " times 500 partitions, a record to each, restart",
            b -> create(b, size(8, 100), 500)),
        Attack.alone("i-auto", "Metadata that creates " + size(1, 30) + ",000 topics", PartitionAttacks::automatic),
        Attack.of("i-grow", "CreatePartitions to 100,000", PartitionAttacks::grow));
  }

  private static String create(HostileBroker broker, int topics, int partitions) throws Exception {
    StateAttacks.Answers answers = new StateAttacks.Answers();
    Wire wire = broker.connect();
    for (int i = 0; i < topics; i++) {
      int n = i;
      answers.add(wire.call(ApiKeys.CREATE_TOPICS, 4, Wire.frame(ApiKeys.CREATE_TOPICS, 4, out -> {
        out.writeInt(1);
        out.writeUTF("wide" + n);
        out.writeInt(partitions);
        out.writeShort(1);
        out.writeInt(0);
        out.writeInt(0);
        out.writeInt(20_000);
        out.writeBoolean(false);
      })));
    }
    byte[] batch = Batches.plain("k", "v", -1);
    StateAttacks.Answers writes = new StateAttacks.Answers();
    for (int i = 0; i < topics; i++) {
      for (int from = 0; from < partitions; from += STEP) {
        byte[] frame = Frames.produce("wide" + i, from, Math.min(partitions, from + STEP), "hostile", p -> batch);
        writes.add(broker.connect().call(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, frame));
      }
    }
    long logBytes = broker.log().length();
    if (logBytes > 2_000_000) {
      throw new AssertionError("a log of " + logBytes + " bytes");
    }
    broker.restart(() -> { });
    return answers + ", written " + writes;
  }

  private static String automatic(HostileBroker broker) throws Exception {
    Wire wire = broker.connect();
    int names = size(1_000, 30_000);
    for (int from = 0; from < names; from += 1_000) {
      int first = from;
      wire.send(Wire.frame(ApiKeys.METADATA, 4, out -> {
        out.writeInt(1_000);
        for (int i = 0; i < 1_000; i++) {
          Frames.name(out, first + i);
        }
        out.writeBoolean(true);
      }));
      wire.read();
    }
    wire.send(Frames.allMetadata());
    ByteBuffer all = wire.read();
    return "Metadata of all topics has " + all.remaining() / 1000 + " KB";
  }

  private static String grow(HostileBroker broker) throws Exception {
    StateAttacks.Answers answers = new StateAttacks.Answers();
    for (int count : new int[] {100_000, 1_000_000, Integer.MAX_VALUE}) {
      answers.add(broker.connect().call(ApiKeys.CREATE_PARTITIONS, 1, Wire.frame(ApiKeys.CREATE_PARTITIONS, 1, out -> {
        out.writeInt(1);
        out.writeUTF("bystander");
        out.writeInt(count);
        out.writeInt(-1);
        out.writeInt(10_000);
        out.writeBoolean(false);
      })));
    }
    if (answers.toString().contains("NONE")) {
      throw new AssertionError(answers.toString());
    }
    return answers.toString();
  }
}
