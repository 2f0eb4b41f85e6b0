package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import io.margay.protocol.message.ConsumerGroupDescribeResponse.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random events against a consumer group: members come, go, fall silent and lose answers, topics change, the coordinator is replaced, appends
 * fail. After each event no partition has two owners and the log says what the state says; when it is quiet, everything has an owner soon.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConsumerModelTest {
  private static final int SEEDS = 300;
  private static final int STEPS = 100;
  private static final int ROUNDS = 20;

  private GroupsFixture f;
  private Random random;
  private final List<TestConsumer> clients = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private int names;

  @Test
  void noPartitionHasTwoOwnersAndAllAreOwnedInTheEnd() {
    long base = Long.getLong("margay.test.seed", 1);
    for (long seed = base; seed < base + SEEDS; seed++) {
      run(seed);
    }
  }

  private void run(long seed) {
    f = new GroupsFixture();
    random = new Random(seed);
    clients.clear();
    counts.clear();
    counts.put("t", 1 + random.nextInt(6));
    counts.put("u", 1 + random.nextInt(4));
    topics();
    for (int step = 0; step < STEPS; step++) {
      String where = "seed " + seed + " step " + step;
      step();
      f.log.failWith = Errors.NONE;
      check(where);
    }
    quieten("seed " + seed);
    long used = f.groups.memory().usedBytes();
    f.restart();
    assertThat(f.groups.memory().usedBytes()).as("memory when it is read back, seed %d", seed).isEqualTo(used);
    f.groups.close();
    assertThat(f.groups.memory().usedBytes()).as("memory, seed %d", seed).isZero();
  }

  private void topics() {
    f.image = GroupsFixture.imageOf(counts);
    f.groups.onImage(new ClusterDelta(true, Set.copyOf(f.image.topics().values()), Set.<TopicImage>of(), Set.of(), false));
  }

  private void step() {
    f.log.failWith = random.nextInt(25) == 0 ? Errors.NOT_ENOUGH_REPLICAS : Errors.NONE;
    TestConsumer c = clients.isEmpty() || clients.size() < 6 && random.nextInt(12) == 0 ? newClient()
        : clients.get(random.nextInt(clients.size()));
    switch (random.nextInt(20)) {
      case 0 -> c.leave(-1);
      case 1 -> leaveForAWhile(c);
      case 2 -> f.time.advance(random.nextInt(20_000));
      case 3 -> c.subscribe(random.nextBoolean() ? new String[] {"t"} : new String[] {"t", "u"});
      case 4 -> changeTopics();
      case 5 -> f.restart();
      case 6 -> c.sendInVain(c.request());
      case 7 -> f.assignors.installed.clear();
      case 8, 9 -> f.assignors.installed.addAll(Set.of("uniform", "range"));
      case 10 -> clients.remove(c);
      case 11 -> f.commit(c.id, c.epoch, "t", 0, 1, "");
      case 12, 13, 14 -> c.reconcile();
      case 15 -> c.beat();
      default -> c.send(c.request());
    }
  }

  private TestConsumer newClient() {
    TestConsumer c = new TestConsumer(f, "m" + names++, "t");
    if (random.nextInt(3) == 0) {
      c.instance = "i" + random.nextInt(3);
    }
    if (random.nextInt(3) == 0) {
      c.assignor = "range";
    }
    clients.add(c);
    return c;
  }

  private void leaveForAWhile(TestConsumer c) {
    if (c.instance != null && c.epoch > 0) {
      c.leave(-2);
      clients.remove(c);
      if (random.nextBoolean()) {
        TestConsumer again = newClient();
        again.instance = c.instance;
        again.beat();
      }
    }
  }

  private void changeTopics() {
    switch (random.nextInt(4)) {
      case 0 -> counts.remove("u");
      case 1 -> counts.put("u", 1 + random.nextInt(4));
      default -> counts.merge("t", 1, Integer::sum);
    }
    topics();
  }

  private DescribedGroup describe() {
    return f.groups.describeConsumer(List.of(GroupsFixture.GROUP), GroupsFixture.free()).join().get(0);
  }

  private void check(String where) {
    DescribedGroup group = describe();
    Map<TestConsumer.Tp, String> owners = new HashMap<>();
    Map<TestConsumer.Tp, String> users = new HashMap<>();
    for (Member m : group.members()) {
      m.assignment().topicPartitions().forEach(t -> t.partitions().forEach(p -> assertThat(
          owners.put(new TestConsumer.Tp(t.topicId(), p), m.memberId())).as("%s: owner of %s-%d", where, t.topicName(), p).isNull()));
      clients.stream().filter(c -> c.id.equals(m.memberId()) && m.memberEpoch() > 0).forEach(c -> c.owned.forEach(tp -> assertThat(
          users.put(tp, c.id)).as("%s: consumer of %s", where, tp).isNull()));
    }
    GroupShard read = f.shard();
    f.log.load(read);
    assertThat(read.consumer().describe(GroupsFixture.GROUP, GroupsFixture.free())).as("%s: as the log has it", where).isEqualTo(group);
  }

  private void quieten(String where) {
    f.assignors.installed.addAll(Set.of("uniform", "range"));
    // what is left of silent members goes
    for (int i = 0; i < 10; i++) {
      f.time.advance(ConsumerSettings.SESSION_MS / 5);
      clients.forEach(TestConsumer::beat);
    }
    clients.removeIf(c -> c.error == Errors.UNRELEASED_INSTANCE_ID || c.error == Errors.FENCED_INSTANCE_ID);
    int rounds = 0;
    while (!isQuiet() && rounds < ROUNDS) {
      clients.forEach(TestConsumer::beat);
      rounds++;
    }
    assertThat(rounds).as("%s: rounds until it was stable", where).isLessThan(ROUNDS);
    check(where);
  }

  private boolean isQuiet() {
    Set<TestConsumer.Tp> wanted = new TreeSet<>();
    Set<TestConsumer.Tp> owned = new TreeSet<>();
    int sum = 0;
    for (TestConsumer c : clients) {
      c.topics.stream().filter(counts::containsKey).forEach(t -> {
        for (int p = 0; p < counts.get(t); p++) {
          wanted.add(new TestConsumer.Tp(f.image.topic(t).id(), p));
        }
      });
      owned.addAll(c.owned);
      sum += c.owned.size();
    }
    return owned.equals(wanted) && sum == owned.size() && (clients.isEmpty() || describe().groupState().equals("Stable"));
  }
}
