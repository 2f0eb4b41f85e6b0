package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.CompressionType;

/** Small batches that unpack to more than the heap. */
final class BatchAttacks {
  private static final Map<CompressionType, Integer> MB = Map.of(CompressionType.ZSTD, size(400, 1_200), CompressionType.GZIP,
      size(400, 900), CompressionType.LZ4, 240, CompressionType.SNAPPY, 18);
  /** Kept, as it takes seconds to make one. */
  private static final Map<CompressionType, byte[]> BOMBS = new EnumMap<>(CompressionType.class);

  private BatchAttacks() { }

  static List<Attack> all() {
    List<Attack> all = new ArrayList<>();
    for (CompressionType codec : List.of(CompressionType.ZSTD, CompressionType.GZIP, CompressionType.LZ4, CompressionType.SNAPPY)) {
      String what = "a batch that " + codec.name + " unpacks to " + MB.get(codec) + " MB, ";
      String other = codec == CompressionType.GZIP ? "zstd" : "gzip";
      all.add(Attack.of("e-" + codec.name, what + "topic with " + other, b -> bomb(b, codec, Map.of("compression.type", other))));
      all.add(Attack.of("f-" + codec.name, what + "compacted topic", b -> bomb(b, codec, Map.of("cleanup.policy", "compact"))));
      all.add(Attack.of("e-" + codec.name + "-as", what + "topic as it is", b -> bomb(b, codec, Map.of())));
    }
    return all;
  }

  private static String bomb(HostileBroker broker, CompressionType codec, Map<String, String> configs) throws Exception {
    byte[] batch = BOMBS.computeIfAbsent(codec, c -> Batches.bomb(c, MB.get(c)));
    byte[] produce = Frames.produce(broker.newTopic(1, configs), batch);
    String answer = "";
    for (int i = 0; i < 3; i++) {
      answer = broker.connect().call(ApiKeys.PRODUCE, Frames.PRODUCE_VERSION, produce);
      if (!answer.equals("MESSAGE_TOO_LARGE") && !answer.equals("INVALID_RECORD")) {
        throw new AssertionError("a batch of " + produce.length + " bytes: " + answer);
      }
    }
    return answer;
  }
}
