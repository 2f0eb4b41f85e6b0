package io.margay.spi.partitioner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every partitioner promises. A strategy adds a subclass that names it and its options. */
@Timeout(60)
public abstract class PartitionerContract {
  private static final int[] COUNTS = {1, 2, 3, 7, 12, 100};

  /** @return the strategy under test */
  protected abstract Partitioner partitioner();

  /** @return options that it takes; none by default */
  protected List<String> goodOptions() {
    return List.of("");
  }

  /** @return options that it refuses */
  protected List<String> badOptions() {
    return List.of("no-such-option", "=");
  }

  /** @return whether records with one key go to one partition while the topic stays as it is */
  protected boolean keepsKeysTogether() {
    return true;
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A record for a topic "t". */
  protected static PartitionerRecord record(byte[] key, byte[] value) {
    return new PartitionerRecord("t", key, value, List.of());
  }

  @Test
  void everyPartitionIsOneOfTheTopic() {
    Random random = new Random(1);
    for (String options : goodOptions()) {
      TopicPartitioner chooser = partitioner().create(options);
      for (int count : COUNTS) {
        for (int i = 0; i < 500; i++) {
          byte[] key = random.nextInt(4) == 0 ? null : bytes(random, random.nextInt(40));
          byte[] value = random.nextInt(4) == 0 ? null : bytes(random, random.nextInt(200));
          assertThat(chooser.partition(record(key, value), TopicView.of(count))).as("options %s", options)
              .isBetween(0, count - 1);
        }
      }
    }
  }

  @Test
  void worksWhenPartitionsAreWithoutLeader() {
    Random random = new Random(2);
    for (String options : goodOptions()) {
      TopicPartitioner chooser = partitioner().create(options);
      for (int i = 0; i < 500; i++) {
        int count = 1 + random.nextInt(8);
        BitSet available = new BitSet();
        for (int p = 0; p < count; p++) {
          available.set(p, random.nextBoolean());
        }
        byte[] key = random.nextBoolean() ? null : bytes(random, 8);
        assertThat(chooser.partition(record(key, null), TopicView.of(count, available))).isBetween(0, count - 1);
      }
    }
  }

  @Test
  void oneKeyHasOnePartitionWherePromised() {
    if (!keepsKeysTogether()) {
      return;
    }
    Random random = new Random(3);
    for (String options : goodOptions()) {
      TopicPartitioner chooser = partitioner().create(options);
      TopicPartitioner other = partitioner().create(options);
      for (int i = 0; i < 200; i++) {
        byte[] key = bytes(random, 1 + random.nextInt(20));
        int first = chooser.partition(record(key, bytes(random, 10)), TopicView.of(12));
        assertThat(chooser.partition(record(key.clone(), bytes(random, 99)), TopicView.of(12))).isEqualTo(first);
        assertThat(other.partition(record(key, null), TopicView.of(12))).as("another instance").isEqualTo(first);
      }
    }
  }

  @Test
  void instancesShareNoState() {
    if (!keepsKeysTogether()) {
      return;
    }
    for (String options : goodOptions()) {
      List<Integer> alone = deterministicPart(partitioner().create(options), null);
      List<Integer> beside = deterministicPart(partitioner().create(options), partitioner().create(options));
      assertThat(beside).isEqualTo(alone);
    }
  }

  /** What is chosen for keys, while another instance is used in between. */
  private static List<Integer> deterministicPart(TopicPartitioner chooser, TopicPartitioner disturbing) {
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] key = ("key " + i).getBytes(StandardCharsets.UTF_8);
      chosen.add(chooser.partition(record(key, null), TopicView.of(6)));
      if (disturbing != null) {
        disturbing.partition(record(key, null), TopicView.of(6));
        disturbing.partition(record(null, key), TopicView.of(6));
      }
    }
    return chosen;
  }

  @Test
  void leavesTheRecordAsItIs() {
    byte[] key = {1, 2, 3, 4, 5};
    byte[] value = {6, 7};
    for (String options : goodOptions()) {
      partitioner().create(options).partition(record(key, value), TopicView.of(5));
    }
    assertThat(key).containsExactly(1, 2, 3, 4, 5);
    assertThat(value).containsExactly(6, 7);
  }

  @Test
  void badOptionsAreRefusedInWords() {
    for (String options : badOptions()) {
      assertThatThrownBy(() -> partitioner().create(options)).as("options %s", options)
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected");
    }
  }

  @Test
  void manyThreadsMayAsk() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (String options : goodOptions()) {
        TopicPartitioner chooser = partitioner().create(options);
        Callable<Boolean> work = () -> {
          for (int i = 0; i < 5_000; i++) {
            int partition = chooser.partition(record(i % 2 == 0 ? null : new byte[] {(byte) i}, new byte[50]), TopicView.of(5));
            if (partition < 0 || partition > 4) {
              return false;
            }
          }
          return true;
        };
        for (Future<Boolean> done : threads.invokeAll(List.of(work, work, work, work))) {
          assertThat(done.get()).isTrue();
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
