package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.protocol.message.StreamsGroupDescribeResponse.DescribedGroup;
import io.margay.protocol.message.StreamsGroupDescribeResponse.Member;
import io.margay.protocol.message.StreamsGroupDescribeResponse.TaskIds;
import io.margay.spi.assignor.TaskId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random events against a streams group: members come, go, fall silent and lose answers, topics change, tasks move without need, the coordinator
 * is replaced, appends fail. After each event no task has two active owners, no process has a task twice, and the log says what the state says;
 * when it is quiet, every task has an owner soon.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamsModelTest {
  private static final int SEEDS = 300;
  private static final int STEPS = 100;
  private static final int ROUNDS = 30;

  private GroupsFixture f;
  private Random random;
  private final List<TestStreams> clients = new ArrayList<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private int names;

  @Test
  void noTaskHasTwoActiveOwnersAndAllAreOwnedInTheEnd() {
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
    f.streams.standby = random.nextInt(3);
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

  /** The controller creates what members ask for. */
  private void create(TestStreams c) {
    if (!c.missing.isEmpty() && random.nextInt(4) > 0) {
      c.missing.forEach(t -> counts.put(t.name(), t.partitions()));
      topics();
    }
    c.missing = List.of();
  }

  private void step() {
    f.log.failWith = random.nextInt(25) == 0 ? Errors.NOT_ENOUGH_REPLICAS : Errors.NONE;
    TestStreams c = clients.isEmpty() || clients.size() < 6 && random.nextInt(10) == 0 ? newClient()
        : clients.get(random.nextInt(clients.size()));
    switch (random.nextInt(20)) {
      case 0 -> c.leave(-1);
      case 1 -> leaveForAWhile(c);
      case 2 -> f.time.advance(random.nextInt(20_000));
      case 3 -> f.streams.assignor = random.nextBoolean() ? "sticky" : "restless";
      case 4 -> changeTopics();
      case 5 -> f.restart();
      case 6 -> c.sendInVain(c.request());
      case 7 -> f.taskAssignors.installed.clear();
      case 8, 9 -> f.taskAssignors.installed.addAll(Set.of("sticky", "restless"));
      case 10 -> clients.remove(c);
      case 11 -> f.streams.standby = random.nextInt(3);
      case 12, 13, 14 -> c.reconcile();
      case 15, 16 -> c.beat();
      default -> c.send(c.request());
    }
    create(c);
  }

  private TestStreams newClient() {
    TestStreams c = new TestStreams(f, "m" + names++);
    c.process = "p" + random.nextInt(3);
    if (random.nextInt(3) == 0) {
      c.instance = "i" + random.nextInt(3);
    }
    if (random.nextInt(2) == 0) {
      c.endpoint = "host";
    }
    clients.add(c);
    return c;
  }

  private void leaveForAWhile(TestStreams c) {
    if (c.instance != null && c.epoch > 0) {
      c.leave(-2);
      clients.remove(c);
      if (random.nextBoolean()) {
        TestStreams again = newClient();
        again.instance = c.instance;
        again.process = c.process;
        again.beat();
      }
    }
  }

  private void changeTopics() {
    switch (random.nextInt(3)) {
      case 0 -> counts.remove("app-counts");
      case 1 -> {
        counts.merge("t", 1, Integer::sum);
        counts.remove("app-words");
        counts.remove("app-counts");
      }
      default -> counts.keySet().removeIf(t -> t.startsWith("app-words"));
    }
    topics();
  }

  private DescribedGroup describe() {
    return f.groups.streams().describe(List.of(GroupsFixture.GROUP), false, GroupsFixture.free()).join().get(0);
  }

  private static Set<TaskId> tasks(List<TaskIds> list) {
    Set<TaskId> result = new TreeSet<>();
    list.forEach(t -> t.partitions().forEach(p -> result.add(new TaskId(t.subtopologyId(), p))));
    return result;
  }

  private void check(String where) {
    DescribedGroup group = describe();
    Map<TaskId, String> owners = new HashMap<>();
    Map<String, Set<TaskId>> processes = new HashMap<>();
    for (Member m : group.members()) {
      tasks(m.assignment().activeTasks()).forEach(t -> assertThat(owners.put(t, m.memberId())).as("%s: owner of %s", where, t).isNull());
      for (List<TaskIds> role : List.of(m.assignment().activeTasks(), m.assignment().standbyTasks(), m.assignment().warmupTasks())) {
        tasks(role).forEach(t -> assertThat(processes.computeIfAbsent(m.processId(), p -> new HashSet<>()).add(t))
            .as("%s: task %s once in process %s", where, t, m.processId()).isTrue());
      }
    }
    checkClients(where, group);
    GroupShard read = f.shard();
    f.log.load(read);
    assertThat(read.streams().describe(GroupsFixture.GROUP, false, GroupsFixture.free())).as("%s: as the log has it", where).isEqualTo(group);
  }

  /** What members that the coordinator knows really do. */
  private void checkClients(String where, DescribedGroup group) {
    Map<TaskId, String> users = new HashMap<>();
    Map<String, Set<TaskId>> used = new HashMap<>();
    for (Member m : group.members()) {
      clients.stream().filter(c -> c.id.equals(m.memberId()) && m.memberEpoch() > 0).forEach(c -> {
        c.owned.active().forEach(t -> assertThat(users.put(t, c.id)).as("%s: processor of %s", where, t).isNull());
        c.owned.all().forEach(t -> assertThat(used.computeIfAbsent(c.process, p -> new HashSet<>()).add(t))
            .as("%s: task %s runs once in process %s", where, t, c.process).isTrue());
      });
    }
  }

  private void quieten(String where) {
    f.taskAssignors.installed.addAll(Set.of("sticky", "restless"));
    f.streams.assignor = "sticky";
    // what is left of silent members goes
    for (int i = 0; i < 10; i++) {
      f.time.advance(f.streams.sessionMs / 5);
      clients.forEach(TestStreams::beat);
    }
    clients.removeIf(c -> c.error == Errors.UNRELEASED_INSTANCE_ID || c.error == Errors.FENCED_INSTANCE_ID);
    int rounds = 0;
    while (!isQuiet() && rounds < ROUNDS) {
      for (TestStreams c : clients) {
        c.beat();
        c.missing.forEach(t -> counts.put(t.name(), t.partitions()));
        if (!c.missing.isEmpty()) {
          topics();
        }
      }
      rounds++;
    }
    assertThat(rounds).as("%s: rounds until it was stable", where).isLessThan(ROUNDS);
    check(where);
  }

  private boolean isQuiet() {
    Set<TaskId> wanted = new TreeSet<>();
    for (int p = 0; p < counts.get("t"); p++) {
      wanted.add(new TaskId("0", p));
      wanted.add(new TaskId("1", p));
    }
    Set<TaskId> owned = new TreeSet<>();
    clients.forEach(c -> owned.addAll(c.owned.active()));
    return clients.isEmpty() || owned.equals(wanted) && describe().groupState().equals("Stable");
  }
}
