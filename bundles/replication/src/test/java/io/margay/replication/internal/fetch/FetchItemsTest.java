package io.margay.replication.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchResponse.PartitionData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FetchItemsTest {
  @Test
  void aFollowerThatMovesIsToldTheHighWatermarkAgain() {
    FetchItem item = new FetchItems(0).get(new TopicKey("t", KafkaUuid.ZERO), 0);
    for (long start : new long[] {0, -1}) {
      item.update(new FetchPartition().setFetchOffset(5).setLogStartOffset(start));
      item.told(new PartitionData().setHighWatermark(7).setLogStartOffset(0));
      assertThat(item.isNews(7, 0)).isFalse();
      item.update(new FetchPartition().setFetchOffset(7).setLogStartOffset(start));
      assertThat(item.isNews(7, 0)).as("log start " + start).isEqualTo(start >= 0);
    }
  }

  @Test
  void isALinkedMap() {
    Random random = new Random(7);
    FetchItems items = new FetchItems(0);
    Map<String, FetchItem> expected = new LinkedHashMap<>();
    for (int step = 0; step < 20_000; step++) {
      String topic = "t" + random.nextInt(30);
      int partition = random.nextInt(20);
      TopicKey key = new TopicKey(topic, KafkaUuid.ZERO);
      String name = topic + "-" + partition;
      switch (random.nextInt(3)) {
        case 0 -> {
          FetchItem item = items.get(key, partition);
          assertThat(item).isSameAs(expected.computeIfAbsent(name, n -> item));
        }
        case 1 -> {
          items.remove(key, partition);
          expected.remove(name);
        }
        default -> {
          FetchItem item = expected.remove(name);
          if (item != null) {
            items.moveToEnd(item);
            expected.put(name, item);
          }
        }
      }
      assertThat(items.size()).isEqualTo(expected.size());
    }
    assertThat(items.toArray()).containsExactly(expected.values().toArray(new FetchItem[0]));
    new ArrayList<>(expected.values()).forEach(item -> items.remove(new TopicKey(item.topic(), item.topicId()), item.partition()));
    assertThat(items.sizeBytes()).isZero();
    assertThat(items.toArray()).isEmpty();
  }

  @Test
  void countsLongNamesOncePerTopic() {
    FetchItems items = new FetchItems(4);
    TopicKey key = new TopicKey("x".repeat(30_000), KafkaUuid.ZERO);
    items.get(key, 0);
    assertThat(items.sizeBytes()).isGreaterThan(60_000);
    items.get(key, 1);
    assertThat(items.sizeBytes()).isLessThan(61_000);
  }

  @Test
  void namesWithTheSameHashOfJavaHaveDifferentOnesHere() {
    List<String> colliding = List.of("");
    for (int i = 0; i < 10; i++) {
      colliding = colliding.stream().flatMap(s -> List.of(s + "Aa", s + "BB").stream()).toList();
    }
    assertThat(colliding.stream().mapToInt(String::hashCode).distinct().count()).isOne();
    int[] hashes = colliding.stream().mapToInt(name -> new TopicKey(name, KafkaUuid.ZERO).hash(0)).distinct().toArray();
    assertThat(hashes).hasSizeGreaterThan(1000);
    assertThat(Arrays.stream(hashes).map(hash -> hash & 1023).distinct().count()).isGreaterThan(500);
  }
}
