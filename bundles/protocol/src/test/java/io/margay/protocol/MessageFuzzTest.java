package io.margay.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged messages end in a value or in {@link MalformedMessageException}, and cost no more memory than their size explains. */
class MessageFuzzTest {
  private static final long SEED = Long.getLong("margay.test.seed", 20260102L);
  private static final int ROUNDS = 150;
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  static List<GeneratedMessages> messages() throws Exception {
    return GeneratedMessages.all();
  }

  @ParameterizedTest
  @MethodSource("messages")
  void survivesDamage(GeneratedMessages type) {
    Message limits = type.newOurs();
    for (short version = limits.lowestVersion(); version <= limits.highestVersion(); version++) {
      for (int round = 0; round < ROUNDS; round++) {
        long seed = SEED * 1_000_003 + round * 1009L + version;
        Random random = new Random(seed);
        byte[] bytes = damage(new RandomMessageBytes(seed).message(type.schema(version)), random);
        readDamaged(type, version, seed, bytes);
      }
    }
  }

  private static void readDamaged(GeneratedMessages type, short version, long seed, byte[] bytes) {
    Message message = type.newOurs();
    MessageReader in = new MessageReader(bytes);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      message.read(in, version);
    } catch (MalformedMessageException e) {
      assertThat(e.getMessage()).isNotBlank();
    } catch (RuntimeException | Error e) {
      fail("%s version %d seed %d: %s".formatted(type, version, seed, e), e);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).as("memory of %s version %d seed %d, %d bytes", type, version, seed, bytes.length)
        .isLessThan(256L * bytes.length + 256 * 1024);
  }

  private static byte[] damage(byte[] valid, Random random) {
    byte[] bytes = valid;
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      bytes = damageOnce(bytes, random);
    }
    return bytes;
  }

  private static byte[] damageOnce(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    byte[] changed = bytes.clone();
    switch (random.nextInt(5)) {
      case 0 -> changed = Arrays.copyOf(changed, at);
      case 1 -> changed[at] = (byte) random.nextInt();
      case 2 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 3 -> Arrays.fill(changed, at, Math.min(bytes.length, at + 5), (byte) 0xff);
      default -> {
        // A large length: five bytes of a varint, or an int32.
        byte[] length = random.nextBoolean() ? new byte[] {-1, -1, -1, -1, 7} : new byte[] {0x7f, -1, -1, -1};
        System.arraycopy(length, 0, changed, at, Math.min(length.length, bytes.length - at));
      }
    }
    return changed;
  }
}
