package io.margay.quotas.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.QuotaEntity;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.LineLimit;
import io.margay.spi.handler.Principal;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.time.ManualTime;
import java.net.InetAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotasTest {
  private static final Principal ALICE = new Principal("User", "alice");
  private static final Principal BOB = new Principal("User", "bob");
  private static final String ANY = QuotaEntity.DEFAULT;

  private final ManualTime time = new ManualTime();
  private final Windows.Span span = new Windows.Span(11, TimeUnit.SECONDS.toNanos(1));
  private long maxBytes = 1 << 20;
  private final UsageTable table = new UsageTable(new Windows(span, span), () -> maxBytes, new LineLimit(time));
  private final Quotas quotas = new Quotas(time, table);
  private final Map<ConfigResource, Map<String, String>> configs = new HashMap<>();

  private void limit(String user, String clientId, String quota, double value) {
    set(new QuotaEntity(user, clientId, null), quota, value);
  }

  private void set(QuotaEntity entity, String quota, double value) {
    configs.put(entity.resource(), Map.of(quota, Double.toString(value)));
    apply();
  }

  private void apply() {
    quotas.limits(QuotaLimits.of(new ClusterImage("c", 1, BrokerId.NONE, Collections.emptySortedMap(), TopicsImage.EMPTY, configs, Map.of())));
  }

  @Test
  void theClosestLimitCounts() {
    double[] limits = new double[8];
    String[][] levels = {{null, ANY}, {null, "c"}, {ANY, null}, {ANY, ANY}, {ANY, "c"}, {"alice", null}, {"alice", ANY}, {"alice", "c"}};
    for (int i = 0; i < levels.length; i++) {
      limits[i] = 10 * (i + 1);
      limit(levels[i][0], levels[i][1], "consumer_byte_rate", limits[i]);
      assertThat(quotas.of(ALICE, "c").mostFetchBytes()).as("level %d", i).isEqualTo((long) limits[i] * 10);
    }
    assertThat(quotas.of(ALICE, "d").mostFetchBytes()).as("the user with any client id").isEqualTo(700);
    assertThat(quotas.of(BOB, "c").mostFetchBytes()).isEqualTo(500);
    assertThat(quotas.of(BOB, "d").mostFetchBytes()).isEqualTo(400);
    configs.keySet().removeIf(r -> r.name().contains("user"));
    apply();
    assertThat(quotas.of(BOB, "d").mostFetchBytes()).isEqualTo(100);
    assertThat(quotas.of(BOB, "d").countsWork()).isFalse();
    configs.clear();
    apply();
    assertThat(quotas.of(BOB, "d")).isSameAs(ClientQuota.NONE);
  }

  @Test
  void aUserSharesItsLimitAmongItsClientsUnlessItIsForEach() {
    limit(ANY, null, "producer_byte_rate", 100);
    assertThat(quotas.of(ALICE, "a").produced(1_000)).isZero();
    assertThat(quotas.of(ALICE, "b").produced(1_000)).isPositive();
    assertThat(quotas.of(BOB, "a").produced(1_000)).isZero();
    limit(ANY, ANY, "producer_byte_rate", 100);
    assertThat(quotas.of(ALICE, "a").produced(1_000)).isZero();
    assertThat(quotas.of(ALICE, "b").produced(1_000)).isZero();
    assertThat(quotas.of(ALICE, "b").produced(1_000)).isPositive();
  }

  /** Whatever a client sends, when it waits as it is told, it gets its limit, within the tenth by which the span of 10 to 11 windows varies. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aClientThatWaitsGetsItsLimitAndNoMore(long seed) {
    Random random = new Random(seed);
    long limit = 1_000 + random.nextInt(1_000_000);
    limit("alice", null, "producer_byte_rate", limit);
    ClientQuota client = quotas.of(ALICE, "c");
    long sent = 0;
    long largest = 0;
    long began = time.millis();
    for (int i = 0; i < 2_000; i++) {
      long bytes = 1 + random.nextInt((int) limit);
      largest = Math.max(largest, bytes);
      sent += bytes;
      int wait = client.produced(bytes);
      assertThat(wait).isBetween(0, 2_000 * 1_000);
      time.advance(wait);
    }
    double seconds = (time.millis() - began) / 1e3;
    assertThat(sent).as("within the limit, seed %d", seed).isLessThanOrEqualTo((long) (1.1 * limit * (seconds + 11)) + 2 * largest);
    assertThat(sent).as("it gets what it may have, seed %d", seed).isGreaterThan((long) (limit * (seconds - 11) * 0.8));
  }

  @Test
  void waitsAsLongAsKafkaSays() {
    limit("alice", null, "producer_byte_rate", 100);
    ClientQuota client = quotas.of(ALICE, "c");
    assertThat(client.produced(1_000)).as("1000 bytes in a span of 10 s").isZero();
    assertThat(client.produced(500)).as("150 instead of 100 in a second").isEqualTo(5_000);
    time.advance(5_000);
    assertThat(client.produced(0)).as("nothing is forgotten yet").isEqualTo(5_000);
    time.advance(6_000);
    assertThat(client.produced(0)).isZero();
    assertThat(client.produced(1_600)).isPositive();
  }

  @Test
  void fetchesThatWaitAreNotCountedAndTheFirstOneAlwaysGetsThrough() {
    limit("alice", null, "consumer_byte_rate", 100);
    ClientQuota client = quotas.of(ALICE, "c");
    assertThat(client.mostFetchBytes()).isEqualTo(1_000);
    assertThat(client.fetched(5_000)).as("a batch that is larger than all that is allowed").isZero();
    int wait = client.fetched(10);
    assertThat(wait).isPositive();
    assertThat(client.fetched(10)).as("nothing was counted").isEqualTo(wait);
    time.advance(11_000);
    assertThat(client.fetched(900)).isZero();
    assertThat(client.fetched(100)).isZero();
    assertThat(client.fetched(1)).isPositive();
  }

  @Test
  void timeOfThreadsIsLimitedWithShortWaits() {
    limit(null, "c", "request_percentage", 50);
    ClientQuota client = quotas.of(ALICE, "c");
    assertThat(client.countsWork()).isTrue();
    assertThat(client.worked(TimeUnit.SECONDS.toNanos(5))).as("half of 10 s").isZero();
    assertThat(client.worked(TimeUnit.SECONDS.toNanos(5))).as("at most a window").isEqualTo(1_000);
  }

  @Test
  void partitionsAreCreatedAtABurstAndThenAtTheRate() {
    limit(null, "c", "controller_mutation_rate", 2);
    ClientQuota client = quotas.of(ALICE, "c");
    assertThat(client.mutated(24, true)).as("11 s at 2 in a second can be saved up, and be overdrawn once").isZero();
    assertThat(client.mutated(1, true)).isEqualTo(-1_000);
    assertThat(client.mutated(1, false)).as("older clients are not refused").isEqualTo(1_500);
    time.advance(1_500);
    assertThat(client.mutated(1, true)).isZero();
    assertThat(client.mutated(1, true)).isEqualTo(-500);
  }

  @Test
  void connectionsFromAnAddressAreLimited() throws Exception {
    InetAddress one = InetAddress.getByName("10.0.0.1");
    assertThat(quotas.connected(one)).isZero();
    set(new QuotaEntity(null, null, ANY), "connection_creation_rate", 1);
    set(new QuotaEntity(null, null, "10.0.0.2"), "connection_creation_rate", 100);
    for (int i = 0; i < 10; i++) {
      assertThat(quotas.connected(one)).isZero();
      assertThat(quotas.connected(InetAddress.getByName("10.0.0.2"))).isZero();
    }
    assertThat(quotas.connected(one)).isBetween(1, 1_000);
    assertThat(quotas.connected(InetAddress.getByName("10.0.0.2"))).isZero();
    assertThat(quotas.connected(InetAddress.getByName("::1"))).as("each address for itself").isZero();
    set(new QuotaEntity(null, null, "::2"), "connection_creation_rate", 2);
    for (int i = 0; i < 20; i++) {
      assertThat(quotas.connected(InetAddress.getByName("0:0::0:2"))).isZero();
    }
    assertThat(quotas.connected(InetAddress.getByName("::2"))).isPositive();
  }

  @Test
  void changedLimitsCountForWhatWasUsed() {
    limit("alice", null, "producer_byte_rate", 100);
    ClientQuota before = quotas.of(ALICE, "c");
    assertThat(before.produced(1_000)).isZero();
    int version = quotas.version();
    limit("alice", null, "producer_byte_rate", 50);
    assertThat(quotas.version()).isNotEqualTo(version);
    assertThat(quotas.of(ALICE, "c").produced(1)).isGreaterThan(9_000);
    quotas.windows(new Windows(new Windows.Span(2, TimeUnit.SECONDS.toNanos(1)), span));
    assertThat(quotas.of(ALICE, "c").produced(50)).as("measured from now on").isZero();
    assertThat(quotas.of(ALICE, "c").produced(50)).isEqualTo(1_000);
  }

  @Test
  void whatIsKeptIsBoundedAndWhatIsInUseStays() {
    limit(null, ANY, "producer_byte_rate", 10);
    maxBytes = 65_536;
    ClientQuota used = quotas.of(ALICE, "used");
    for (int i = 0; i < 10_000; i++) {
      if (i % 5 == 0) {
        used.produced(1);
      }
      quotas.of(new Principal("User", "user-" + i % 10), "client-" + i).produced(1);
      time.advance(1_000);
      assertThat(table.sizeBytes()).isLessThanOrEqualTo(maxBytes);
    }
    assertThat(table.all()).hasSizeGreaterThan(50);
    assertThat(used.produced(1_000)).as("goes on after it was dropped").isGreaterThanOrEqualTo(0);
    assertThat(table.all()).extracting(u -> u.key().clientId()).contains("used");
    assertThat(quotas.counters()).containsKey("Produce,client-id=used.byte-rate.milli").containsKey("Produce,client-id=used.throttle-time.total");
  }

  @Test
  void whoUsesNothingTakesNoMemory() {
    limit(ANY, ANY, "producer_byte_rate", 10);
    for (int i = 0; i < 100; i++) {
      quotas.of(ALICE, "client-" + i);
    }
    assertThat(table.sizeBytes()).isZero();
  }

  /** Each client id has a limit of its own, so a user who invents some gets more, but at most as much as fits into the user's share. */
  @Test
  void inventedClientIdsOfOneUserShareALimitAndDropNoOther() {
    limit(ANY, ANY, "producer_byte_rate", 10);
    maxBytes = 65_536;
    ClientQuota bob = quotas.of(BOB, "b");
    assertThat(bob.produced(1_000)).as("ten times what is allowed").isPositive();
    int got = 0;
    for (int i = 0; i < 10_000; i++) {
      got += quotas.of(ALICE, "client-" + i).produced(100) == 0 ? 1 : 0;
      assertThat(table.sizeBytes()).isLessThanOrEqualTo(maxBytes / 2);
    }
    assertThat(got).isBetween(10, 100);
    assertThat(quotas.of(ALICE, "client-0").produced(1)).as("her first ones are not forgotten").isPositive();
    assertThat(bob.produced(1)).as("what bob has used is not forgotten").isPositive();
    assertThat(quotas.of(BOB, "c").produced(100)).as("and bob has room for more").isZero();
    time.advance(12_000);
    for (int i = 0; i < 20; i++) {
      assertThat(quotas.of(ALICE, "later-" + i).produced(100)).as("what was used long ago makes room").isZero();
    }
  }

  @Test
  void aClientWithoutRoomAsksForItOnceASecond() {
    limit(ANY, ANY, "producer_byte_rate", 10);
    maxBytes = 65_536;
    for (int i = 0; i < 1_000; i++) {
      quotas.of(ALICE, "client-" + i).produced(100);
    }
    ClientQuota without = quotas.of(ALICE, "without");
    assertThat(without.produced(1)).as("the others have used what they share").isPositive();
    maxBytes = 1 << 20;
    time.advance(999);
    assertThat(without.produced(1)).as("not at each request, which would lock the table").isPositive();
    time.advance(1);
    assertThat(without.produced(1)).as("it has a limit of its own").isZero();
  }

  /** The quota of any address counts before clients have logged in. */
  @Test
  void addressesDropNoUser() throws Exception {
    limit("bob", null, "producer_byte_rate", 10);
    set(new QuotaEntity(null, null, ANY), "connection_creation_rate", 1);
    maxBytes = 65_536;
    assertThat(quotas.of(BOB, "b").produced(1_000)).isPositive();
    for (int i = 0; i < 10_000; i++) {
      assertThat(quotas.connected(InetAddress.getByAddress(new byte[] {10, 1, (byte) (i >> 8), (byte) i}))).isZero();
    }
    assertThat(table.sizeBytes()).isLessThanOrEqualTo(maxBytes / 2);
    assertThat(quotas.of(BOB, "b").produced(1)).isPositive();
  }

  @Test
  void aBucketThatIsOverdrawnIsNotForgotten() {
    limit(ANY, ANY, "controller_mutation_rate", 1);
    maxBytes = 65_536;
    assertThat(quotas.of(ALICE, "first").mutated(100, true)).isZero();
    time.advance(12_000);
    for (int i = 0; i < 1_000; i++) {
      quotas.of(ALICE, "client-" + i).mutated(1, true);
    }
    assertThat(quotas.of(ALICE, "first").mutated(1, true)).as("100 seconds' worth were taken, 12 s ago").isNegative();
  }
}
