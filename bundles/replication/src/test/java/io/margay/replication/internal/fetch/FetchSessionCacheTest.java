package io.margay.replication.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.KafkaUuid;
import org.junit.jupiter.api.Test;

class FetchSessionCacheTest {
  private static final int MOST_PARTITIONS = 1000;
  private final FetchSessionCache cache = cache(2, Long.MAX_VALUE);

  private static FetchSessionCache cache(int slots, long bytes) {
    return new FetchSessionCache(() -> new FetchSessionCache.Bounds(slots, bytes, MOST_PARTITIONS));
  }

  private static FetchItems items(int count) {
    FetchItems items = new FetchItems(count);
    TopicKey topic = new TopicKey("a", KafkaUuid.ZERO);
    for (int i = 0; i < count; i++) {
      items.get(topic, i);
    }
    return items;
  }

  private static void touch(FetchSessionCache cache, FetchSession session, long nowMs) {
    assertThat(cache.touch(session, session.items().size(), session.items().sizeBytes(), nowMs)).isTrue();
  }

  @Test
  void keepsYoungSessions() {
    assertThat(cache.create(false, false, items(1), 0)).isNotNull();
    assertThat(cache.create(false, false, items(1), 0)).isNotNull();
    assertThat(cache.create(false, false, items(100), FetchSessionCache.EVICTION_MS)).isNull();
    assertThat(cache.size()).isEqualTo(2);
  }

  @Test
  void replacesWhatIsWorthLess() {
    FetchSession small = cache.create(false, false, items(1), 0);
    FetchSession large = cache.create(false, false, items(9), 0);
    long later = FetchSessionCache.EVICTION_MS + 1;
    touch(cache, small, later);
    touch(cache, large, later);
    assertThat(cache.create(false, false, items(1), later)).isNull();
    assertThat(cache.create(false, false, items(2), later)).isNotNull();
    assertThat(cache.get(small.id())).isNull();
    assertThat(cache.get(large.id())).isSameAs(large);
    assertThat(cache.create(true, false, items(1), later)).isNotNull();
    assertThat(cache.get(large.id())).isNull();
  }

  @Test
  void keepsFollowersBeforeConsumers() {
    FetchSession follower = cache.create(true, false, items(1), 0);
    FetchSession other = cache.create(true, false, items(1), 0);
    long later = FetchSessionCache.EVICTION_MS + 1;
    touch(cache, follower, later);
    touch(cache, other, later);
    assertThat(cache.create(false, false, items(50), later)).isNull();
    assertThat(cache.create(true, false, items(2), later)).isNotNull();
  }

  @Test
  void replacesWhatWasNotUsed() {
    FetchSession idle = cache.create(true, false, items(50), 0);
    FetchSession used = cache.create(false, false, items(1), 0);
    touch(cache, used, FetchSessionCache.EVICTION_MS);
    assertThat(cache.create(false, false, items(1), FetchSessionCache.EVICTION_MS + 1)).isNotNull();
    assertThat(cache.get(idle.id())).isNull();
    assertThat(cache.get(used.id())).isSameAs(used);
  }

  @Test
  void hasNoSlots() {
    assertThat(cache(0, Long.MAX_VALUE).create(false, false, items(1), 0)).isNull();
    assertThat(cache.create(false, false, items(0), 0)).isNull();
  }

  @Test
  void boundsTheBytesOfAllSessions() {
    FetchSessionCache small = cache(1000, 3 * items(10).sizeBytes());
    for (int i = 0; i < 3; i++) {
      assertThat(small.create(false, false, items(10), 0)).isNotNull();
    }
    assertThat(small.create(false, false, items(1), 0)).isNull();
    assertThat(small.create(false, false, items(31), 0)).isNull();
    assertThat(small.sizeBytes()).isEqualTo(3 * items(10).sizeBytes());
    long later = FetchSessionCache.EVICTION_MS + 1;
    assertThat(small.create(false, false, items(20), later)).isNotNull();
    assertThat(small.size()).isEqualTo(2);
    assertThat(small.sizeBytes()).isEqualTo(items(10).sizeBytes() + items(20).sizeBytes());
  }

  @Test
  void boundsThePartitionsOfOneSession() {
    assertThat(cache.create(false, false, items(MOST_PARTITIONS + 1), 0)).isNull();
    FetchSession largest = cache.create(false, false, items(MOST_PARTITIONS), 0);
    assertThat(largest).isNotNull();
    largest.items().get(new TopicKey("b", KafkaUuid.ZERO), 0);
    assertThat(cache.touch(largest, largest.items().size(), largest.items().sizeBytes(), 1)).isFalse();
    assertThat(cache.get(largest.id())).isNull();
    assertThat(cache.sizeBytes()).isZero();
    assertThat(cache.size()).isZero();
  }

  @Test
  void wrapsEpochsPastTheInitialOne() {
    assertThat(FetchSession.next(1)).isEqualTo(2);
    assertThat(FetchSession.next(Integer.MAX_VALUE)).isEqualTo(1);
  }
}
