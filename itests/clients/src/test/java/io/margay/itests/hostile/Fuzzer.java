package io.margay.itests.hostile;

import io.margay.protocol.RandomMessageBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Sends damaged frames of all APIs that a broker advertises. Case number n of a seed is always the same, whatever came before it:
 * a few frames on a connection of their own, which ends in one of several ways.
 */
final class Fuzzer {
  /** The topics that frames may name: nobody else uses them, as some of the frames are right and do what they say. */
  static final List<String> TOPICS = List.of("fuzz-a", "fuzz-b", "fuzz-compacted");
  private static final List<String> OTHER_NAMES = List.of("group-a", "group-b", "1", "0", "consumer", "range", "retention.ms",
      "cleanup.policy", "compact", "max.message.bytes", "PLAIN", "");

  private final long seed;
  private final List<ApiVersion> apis = new ArrayList<>();
  private final RandomMessageBytes.Known known;
  private long frames;

  /** Asks the broker for its APIs. */
  Fuzzer(HostileBroker broker, long seed, List<byte[]> topicIds) throws IOException {
    this.seed = seed;
    Wire wire = broker.connect();
    wire.send(Wire.frame(ApiKeys.API_VERSIONS, 0, out -> { }));
    ByteBuffer answer = wire.read();
    answer.getInt();
    new ApiVersionsResponseData(new ByteBufferAccessor(answer), (short) 0).apiKeys().forEach(apis::add);
    List<byte[]> strings = Stream.concat(TOPICS.stream(), OTHER_NAMES.stream()).map(s -> s.getBytes(StandardCharsets.UTF_8)).toList();
    known = new RandomMessageBytes.Known(strings, topicIds, List.of(Batches.plain("key", "value", -1), Batches.plain(null, "v", -1),
        Batches.plain("k", "v", 4711), Batches.plain("k", "x".repeat(5_000), -1)));
  }

  int apis() {
    return apis.size();
  }

  long frames() {
    return frames;
  }

  /** Sends the frames of a case. */
  void run(HostileBroker broker, int number) throws IOException {
    Random random = new Random(seed * 1_000_003 + number);
    Mutator mutator = new Mutator(random);
    try (Wire wire = new Wire(broker.port())) {
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        byte[] frame = mutator.damage(valid(random), valid(random));
        for (int times = random.nextInt(10) == 0 ? 20 : 1; times > 0; times--) {
          wire.send(frame);
          frames++;
        }
      }
      end(wire, random);
    } catch (IOException e) {
      // The broker closed the connection: right for most of what is sent.
      broker.checkAlive();
    }
  }

  private static void end(Wire wire, Random random) throws IOException {
    switch (random.nextInt(4)) {
      case 0 -> wire.close();
      case 1 -> {
        wire.socket().setSoLinger(true, 0);
        wire.close();
      }
      case 2 -> wire.closedWithin(5);
      default -> {
        wire.socket().shutdownOutput();
        wire.closedWithin(50);
      }
    }
  }

  /** A frame that is right: an API and a version that are advertised, with random contents. */
  private byte[] valid(Random random) {
    ApiVersion chosen = apis.get(random.nextInt(apis.size()));
    ApiKeys api = ApiKeys.forId(chosen.apiKey());
    int lowest = Math.max(chosen.minVersion(), api.messageType.lowestSupportedVersion());
    short version = (short) (lowest + random.nextInt(chosen.maxVersion() - lowest + 1));
    byte[] body = new RandomMessageBytes(random.nextLong(), known).message(api.messageType.requestSchemas()[version]);
    return Wire.frame(version, api, out -> out.write(body));
  }
}
