package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.ApiKeys;

/** What a broker keeps for its clients for hours, and after a restart: producer ids, members of groups, committed offsets. */
final class StateAttacks {
  private static final int SESSION_MS = 1_800_000;

  private StateAttacks() { }

  static List<Attack> all() {
    return List.of(
        Attack.alone("h", size(100, 1000) + ",000 producer ids in 500 partitions, restart", StateAttacks::producerIds),
        Attack.alone("j", "60,000 offsets of 600 groups, each with 4 KB of metadata, restart", StateAttacks::offsets),
        Attack.alone("j-groups", size(20, 100) + ",000 groups with one offset each, restart", StateAttacks::manyGroups),
        Attack.of("k", "550 JoinGroup of 500 KB for as many groups", b -> join(b, 550, i -> "group" + i, 500_000)),
        Attack.of("k-members", "2,000 JoinGroup of 150 KB for one group", b -> join(b, 2_000, i -> "group", 150_000)),
        Attack.of("k-ids", size(8, 40) + ",000 JoinGroup with ids of 32 KB",
            b -> join(b, size(8_000, 40_000), i -> "g".repeat(32_000) + i, 10)),
        Attack.alone("k-sync", "30 SyncGroup of 20 MB by leaders of groups", StateAttacks::sync));
  }

  private static String producerIds(HostileBroker broker) throws Exception {
    int partitions = 500;
    broker.createTopic("ids", partitions, Map.of());
    Random random = new Random(1);
    Answers answers = new Answers();
    Wire wire = broker.connect();
    for (int i = 0; i < size(200, 2_000); i++) {
      byte[] frame = Frames.produce("ids", 0, partitions, "hostile", p -> Batches.plain("k", "v", random.nextLong() >>> 1));
      answers.add(wire.call(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, frame));
    }
    long live = broker.liveBytes() >> 20;
    broker.killAndStart();
    long afterRestart = broker.liveBytes() >> 20;
    if (Math.max(live, afterRestart) > 100) {
      throw new AssertionError(live + " MB live, " + afterRestart + " MB after the restart");
    }
    return answers + ", " + live + " MB live, " + afterRestart + " after restart";
  }

  private static byte[] commit(String group, String topic, int partitions, byte[] metadata) {
    return Wire.frame(ApiKeys.OFFSET_COMMIT, 7, out -> {
      out.writeUTF(group);
      out.writeInt(-1);
      out.writeUTF("");
      Frames.nullString(out);
      out.writeInt(1);
      out.writeUTF(topic);
      out.writeInt(partitions);
      for (int p = 0; p < partitions; p++) {
        out.writeInt(p);
        out.writeLong(1);
        out.writeInt(-1);
        out.writeShort(metadata.length);
        out.write(metadata);
      }
    });
  }

  private static String offsets(HostileBroker broker) throws Exception {
    broker.createTopic("committed", 100, Map.of());
    byte[] metadata = "m".repeat(4_096).getBytes(StandardCharsets.US_ASCII);
    return commitAndRestart(broker, 600, i -> commit("random-" + i, "committed", 100, metadata));
  }

  private static String manyGroups(HostileBroker broker) throws Exception {
    byte[] metadata = "m".repeat(1_000).getBytes(StandardCharsets.US_ASCII);
    return commitAndRestart(broker, size(20_000, 100_000), i -> commit("random-" + i, "bystander", 1, metadata));
  }

  private interface Numbered {
    byte[] frame(int i);
  }

  private static String commitAndRestart(HostileBroker broker, int requests, Numbered commits) throws Exception {
    Member.roundTrip(broker.bootstrap(), "before");
    Answers answers = new Answers();
    Wire wire = broker.connect();
    int ahead = 20;
    for (int i = 0; i < requests + ahead; i++) {
      if (i < requests) {
        wire.send(commits.frame(i));
      }
      if (i >= ahead) {
        answers.add(wire.answer(ApiKeys.OFFSET_COMMIT, 7));
      }
    }
    broker.killAndStart();
    long ms = Member.roundTrip(broker.bootstrap(), "before");
    return answers + ", a group after restart in " + ms + " ms";
  }

  private static byte[] joinFrame(String group, byte[] metadata) {
    return Wire.frame(ApiKeys.JOIN_GROUP, 3, out -> {
      Frames.longString(out, group);
      out.writeInt(SESSION_MS);
      out.writeInt(SESSION_MS);
      out.writeUTF("");
      out.writeUTF("consumer");
      out.writeInt(1);
      out.writeUTF("range");
      Frames.bytes(out, metadata);
    });
  }

  private interface GroupName {
    String of(int i);
  }

  /** All joins are sent, each on a connection that others share; what is parked is not waited for. */
  private static String join(HostileBroker broker, int joins, GroupName groups, int metadataBytes) throws Exception {
    byte[] metadata = new byte[metadataBytes];
    Member.awaitCoordinators(broker);
    List<Wire> wires = new ArrayList<>();
    int refused = 0;
    for (int i = 0; i < joins; i++) {
      if (i < 200) {
        wires.add(broker.connect());
      }
      Wire wire = wires.get(i % wires.size());
      try {
        wire.send(joinFrame(groups.of(i), metadata));
      } catch (IOException e) {
        refused++;
      }
    }
    Answers answers = new Answers();
    for (Wire wire : wires) {
      wire.socket().setSoTimeout(2_000);
      String answer = wire.answer(ApiKeys.JOIN_GROUP, 3);
      answers.add(answer);
      if (answer.equals("no answer")) {
        break;
      }
    }
    long live = broker.liveBytes() >> 20;
    if (live > 140) {
      throw new AssertionError("groups hold " + live + " MB");
    }
    return answers + (refused > 0 ? ", " + refused + " connections closed" : "") + ", " + live + " MB live";
  }

  private static String sync(HostileBroker broker) throws Exception {
    Answers answers = new Answers();
    byte[] assignment = new byte[20_000_000];
    Member.awaitCoordinators(broker);
    for (int i = 0; i < 30; i++) {
      String group = "sync" + i;
      Wire wire = broker.connect();
      wire.send(joinFrame(group, new byte[10]));
      String member = Member.idFromJoin(wire.read());
      answers.add(wire.call(ApiKeys.SYNC_GROUP, 2, Wire.frame(ApiKeys.SYNC_GROUP, 2, out -> {
        out.writeUTF(group);
        out.writeInt(1);
        out.writeUTF(member);
        out.writeInt(1);
        out.writeUTF(member);
        Frames.bytes(out, assignment);
      })));
    }
    return answers.toString();
  }

  /** How often which answer came. */
  static final class Answers {
    private final Map<String, Integer> counts = new TreeMap<>();

    void add(String answer) {
      counts.merge(answer, 1, Integer::sum);
    }

    @Override
    public String toString() {
      return counts.toString();
    }
  }
}
