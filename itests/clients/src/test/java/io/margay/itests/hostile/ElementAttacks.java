package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.ApiKeys;

/** Small bytes that become many objects: arrays of as many elements as fit into a frame, of each API that takes some. */
final class ElementAttacks {
  /** Small requests of others are answered within this time. */
  private static final int OTHERS_MS = 1_000;

  private ElementAttacks() { }

  /**
   * A request with a long array.
   *
   * @param before what comes before the array's count
   * @param after what comes behind the array
   */
  private record Amplifier(ApiKeys api, int version, int requests, int count, Wire.Body before, Wire.Body element, Wire.Body after) {
    Attack attack(String row) {
      String sent = "%d %s of %d elements".formatted(requests, api.name, count);
      return Attack.of(row, sent, this::send);
    }

    private String send(HostileBroker broker) throws Exception {
      ExecutorService pool = Executors.newFixedThreadPool(requests);
      try (Pulse pulse = new Pulse(broker.port())) {
        List<Callable<String>> all = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
          all.add(() -> one(broker.connect()));
        }
        List<String> answers = new ArrayList<>();
        for (Future<String> answer : pool.invokeAll(all)) {
          answers.add(answer.get());
        }
        if (answers.contains("no answer")) {
          throw new AssertionError(answers.toString());
        }
        return answers.stream().distinct().collect(Collectors.joining(" / ")) + ", " + pulse.check(OTHERS_MS);
      } finally {
        pool.shutdownNow();
      }
    }

    private String one(Wire wire) {
      try {
        wire.sendRepeated(api, version, out -> {
          before.write(out);
          out.writeInt(count);
        }, element, count, after);
      } catch (IOException e) {
        // Refused while it was sent: the answer tells how, if there is one.
        return wire.answer(api, version);
      }
      return wire.answer(api, version);
    }
  }

  private static final Wire.Body NOTHING = out -> { };
  private static final Wire.Body NAME = out -> Frames.name(out, 4711);
  private static final Wire.Body FLAG = out -> out.writeBoolean(false);
  private static final Wire.Body TIMEOUT = out -> out.writeInt(10_000);
  private static final Wire.Body GROUP_AND_TOPIC = out -> {
    out.writeUTF("group");
    out.writeInt(1);
    out.writeUTF("topic");
  };

  static List<Attack> all() {
    List<Attack> all = new ArrayList<>(topics());
    all.addAll(partitions());
    all.addAll(groups());
    all.addAll(configs());
    return all;
  }

  private static List<Attack> topics() {
    return List.of(
        new Amplifier(ApiKeys.METADATA, 4, 2, 1_000_000, NOTHING, NAME, FLAG).attack("g-metadata"),
        new Amplifier(ApiKeys.DELETE_TOPICS, 3, 2, 1_000_000, NOTHING, NAME, TIMEOUT).attack("g-deltopics"),
        new Amplifier(ApiKeys.CREATE_TOPICS, 4, 2, 500_000, NOTHING, out -> {
          Frames.name(out, 1);
          out.writeInt(1);
          out.writeShort(1);
          out.writeInt(0);
          out.writeInt(0);
        }, out -> {
          out.writeInt(10_000);
          out.writeBoolean(false);
        }).attack("g-topics"),
        new Amplifier(ApiKeys.CREATE_TOPICS, 4, 2, 900_000, out -> {
          out.writeInt(1);
          out.writeUTF("assigned");
          out.writeInt(-1);
          out.writeShort(-1);
        }, out -> {
          out.writeInt(1);
          out.writeInt(1);
          out.writeInt(1);
        }, out -> {
          out.writeInt(0);
          out.writeInt(10_000);
          out.writeBoolean(false);
        }).attack("g-assigned"),
        new Amplifier(ApiKeys.CREATE_PARTITIONS, 1, 2, 700_000, NOTHING, out -> {
          Frames.name(out, 2);
          out.writeInt(2);
          out.writeInt(-1);
        }, out -> {
          out.writeInt(10_000);
          out.writeBoolean(false);
        }).attack("g-partitions"));
  }

  private static List<Attack> partitions() {
    return List.of(
        new Amplifier(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 3, 2, size(200_000, 1_000_000), out -> out.writeInt(-1), out -> {
          out.writeUTF("a");
          out.writeInt(8);
          for (int i = 0; i < 24; i++) {
            out.writeInt(0);
          }
        }, NOTHING).attack("g-epochs"),
        new Amplifier(ApiKeys.LIST_OFFSETS, 5, 2, 900_000, out -> {
          out.writeInt(-1);
          out.writeByte(0);
          out.writeInt(1);
          out.writeUTF("bystander");
        }, out -> {
          out.writeInt(0);
          out.writeInt(-1);
          out.writeLong(-1);
        }, NOTHING).attack("g-offsets"),
        new Amplifier(ApiKeys.DELETE_RECORDS, 1, 2, 900_000, out -> {
          out.writeInt(1);
          out.writeUTF("none");
        }, out -> {
          out.writeInt(0);
          out.writeLong(0);
        }, TIMEOUT).attack("g-records"),
        new Amplifier(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, 2, 900_000, out -> {
          out.writeShort(-1);
          out.writeShort(-1);
          out.writeInt(10_000);
          out.writeInt(1);
          out.writeUTF("none");
        }, out -> {
          out.writeInt(0);
          out.writeInt(0);
        }, NOTHING).attack("g-produce"),
        new Amplifier(ApiKeys.FETCH, Frames.FETCH_VERSION, 3, 800_000, out -> {
          out.writeInt(-1);
          out.writeInt(0);
          out.writeInt(0);
          out.writeInt(1 << 20);
          out.writeByte(0);
          out.writeInt(1);
          out.writeUTF("none");
        }, out -> {
          out.writeInt(0);
          out.writeLong(0);
          out.writeInt(1);
        }, NOTHING).attack("g-fetch"),
        new Amplifier(ApiKeys.DESCRIBE_LOG_DIRS, 1, 2, 1_000_000, NOTHING, out -> {
          Frames.name(out, 3);
          out.writeInt(0);
        }, NOTHING).attack("g-logdirs"),
        new Amplifier(ApiKeys.ELECT_LEADERS, 1, 2, 1_000_000, out -> out.writeByte(0), out -> {
          Frames.name(out, 3);
          out.writeInt(0);
        }, TIMEOUT).attack("g-elect"));
  }

  private static List<Attack> groups() {
    return List.of(
        new Amplifier(ApiKeys.OFFSET_FETCH, 5, 2, 1_000_000, out -> out.writeUTF("group"), out -> {
          Frames.name(out, 5);
          out.writeInt(1);
          out.writeInt(0);
        }, NOTHING).attack("g-fetched"),
        new Amplifier(ApiKeys.OFFSET_COMMIT, 7, 2, 800_000, out -> {
          out.writeUTF("group");
          out.writeInt(-1);
          out.writeUTF("");
          Frames.nullString(out);
          out.writeInt(1);
          out.writeUTF("topic");
        }, out -> {
          out.writeInt(0);
          out.writeLong(0);
          out.writeInt(-1);
          Frames.nullString(out);
        }, NOTHING).attack("g-committed"),
        new Amplifier(ApiKeys.OFFSET_DELETE, 0, 2, 1_000_000, GROUP_AND_TOPIC, out -> out.writeInt(0), NOTHING).attack("g-offdel"),
        new Amplifier(ApiKeys.DESCRIBE_GROUPS, 3, 3, 600_000, NOTHING, NAME, FLAG).attack("g-groups"),
        new Amplifier(ApiKeys.DELETE_GROUPS, 1, 3, 600_000, NOTHING, NAME, NOTHING).attack("g-delgroups"),
        new Amplifier(ApiKeys.LEAVE_GROUP, 3, 2, 900_000, out -> out.writeUTF("group"), out -> {
          Frames.name(out, 6);
          Frames.nullString(out);
        }, NOTHING).attack("g-leave"),
        new Amplifier(ApiKeys.JOIN_GROUP, 5, 2, 800_000, out -> {
          out.writeUTF("group");
          out.writeInt(10_000);
          out.writeInt(10_000);
          out.writeUTF("");
          Frames.nullString(out);
          out.writeUTF("consumer");
        }, out -> {
          Frames.name(out, 7);
          out.writeInt(0);
        }, NOTHING).attack("g-join"),
        new Amplifier(ApiKeys.SYNC_GROUP, 3, 2, 800_000, out -> {
          out.writeUTF("group");
          out.writeInt(1);
          out.writeUTF("member");
          Frames.nullString(out);
        }, out -> {
          Frames.name(out, 8);
          out.writeInt(0);
        }, NOTHING).attack("g-sync"));
  }

  private static List<Attack> configs() {
    Wire.Body altered = out -> {
      out.writeByte(2);
      Frames.name(out, 9);
      out.writeInt(0);
    };
    return List.of(
        new Amplifier(ApiKeys.DESCRIBE_CONFIGS, 1, 3, 660_000, NOTHING, out -> {
          out.writeByte(2);
          Frames.name(out, 9);
          out.writeInt(-1);
        }, FLAG).attack("g-configs"),
        new Amplifier(ApiKeys.DESCRIBE_CONFIGS, 1, 3, size(2_000, 500_000), NOTHING, out -> {
          out.writeByte(4);
          out.writeUTF("1");
          out.writeInt(-1);
        }, FLAG).attack("g-broker"),
        new Amplifier(ApiKeys.ALTER_CONFIGS, 0, 3, 660_000, NOTHING, altered, FLAG).attack("g-alter"),
        new Amplifier(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 3, 660_000, NOTHING, altered, FLAG).attack("g-increment"));
  }
}
