package io.margay.replication.internal.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.KafkaUuid;
import org.junit.jupiter.api.Test;

class FetchSessionCacheTest {
  private final FetchSessionCache cache = new FetchSessionCache(() -> 2);

  private static FetchItem[] items(int count) {
    FetchItem[] items = new FetchItem[count];
    for (int i = 0; i < count; i++) {
      items[i] = new FetchItem("a", KafkaUuid.ZERO, i);
    }
    return items;
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
    cache.touch(small, 1, later);
    cache.touch(large, 9, later);
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
    cache.touch(follower, 1, later);
    cache.touch(other, 1, later);
    assertThat(cache.create(false, false, items(50), later)).isNull();
    assertThat(cache.create(true, false, items(2), later)).isNotNull();
  }

  @Test
  void replacesWhatWasNotUsed() {
    FetchSession idle = cache.create(true, false, items(50), 0);
    FetchSession used = cache.create(false, false, items(1), 0);
    cache.touch(used, 1, FetchSessionCache.EVICTION_MS);
    assertThat(cache.create(false, false, items(1), FetchSessionCache.EVICTION_MS + 1)).isNotNull();
    assertThat(cache.get(idle.id())).isNull();
    assertThat(cache.get(used.id())).isSameAs(used);
  }

  @Test
  void hasNoSlots() {
    assertThat(new FetchSessionCache(() -> 0).create(false, false, items(1), 0)).isNull();
    assertThat(cache.create(false, false, items(0), 0)).isNull();
  }

  @Test
  void wrapsEpochsPastTheInitialOne() {
    assertThat(FetchSession.next(1)).isEqualTo(2);
    assertThat(FetchSession.next(Integer.MAX_VALUE)).isEqualTo(1);
  }
}
