package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever happens, what is read back from the log is what was there; and everybody gets an answer. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplayTest {
  private final List<CompletableFuture<JoinGroupResponse>> joins = new ArrayList<>();
  private final List<CompletableFuture<SyncGroupResponse>> syncs = new ArrayList<>();
  private int compared;
  private final List<String> ids = new ArrayList<>(List.of("unknown"));

  @Test
  void replayEqualsLiveState() {
    long base = Long.getLong("margay.test.seed", System.nanoTime());
    for (int i = 0; i < 40; i++) {
      run(base + i);
    }
    assertThat(compared).isGreaterThan(100);
  }

  private void run(long seed) {
    Random random = new Random(seed);
    GroupsFixture f = new GroupsFixture();
    joins.clear();
    syncs.clear();
    ids.subList(1, ids.size()).clear();
    int generation = 0;
    for (int step = 0; step < 120; step++) {
      step(f, random, generation);
      compare(f, seed, step);
      for (CompletableFuture<JoinGroupResponse> j : joins) {
        if (j.isDone()) {
          generation = Math.max(generation, j.join().generationId());
          if (!j.join().memberId().isEmpty() && !ids.contains(j.join().memberId())) {
            ids.add(j.join().memberId());
          }
        }
      }
    }
    f.groups.close();
    assertThat(f.groups.memory().usedBytes()).as("memory, seed %d", seed).isZero();
    f.restart();
    assertThat(joins).as("joins, seed %d", seed).allMatch(CompletableFuture::isDone);
    assertThat(syncs).as("syncs, seed %d", seed).allMatch(CompletableFuture::isDone);
  }

  private void step(GroupsFixture f, Random random, int generation) {
    String id = ids.get(random.nextInt(ids.size()));
    String instance = random.nextInt(4) == 0 ? "i" + random.nextInt(2) : null;
    f.log.failWith = random.nextInt(20) == 0 ? Errors.NOT_ENOUGH_REPLICAS : Errors.NONE;
    switch (random.nextInt(10)) {
      case 0 -> joins.add(f.join("", instance, random.nextInt(10)));
      case 1, 2 -> joins.add(f.join(id, instance, 9, random.nextBoolean() ? "range" : "range:b"));
      case 3, 4, 5 -> {
        Map<String, String> assignments = new HashMap<>();
        ids.forEach(m -> assignments.put(m, m + random.nextInt(5)));
        syncs.add(f.sync(id, generation, assignments));
      }
      case 6 -> f.commit(random.nextBoolean() ? id : "", random.nextBoolean() ? generation : -1, random.nextBoolean() ? "t" : "u",
          random.nextInt(100));
      case 7 -> f.time.advance(random.nextInt(8_000));
      case 8 -> f.heartbeat(id, generation);
      default -> {
        if (random.nextInt(4) == 0) {
          f.leave(id);
        } else if (random.nextInt(8) == 0) {
          f.groups.expire();
        } else if (random.nextInt(8) == 0) {
          f.groups.delete(GroupsFixture.GROUP);
        }
      }
    }
    f.log.failWith = Errors.NONE;
  }

  private void compare(GroupsFixture f, long seed, int step) {
    GroupShard read = f.shard();
    f.log.load(read);
    read.replayAgain();
    OffsetFetchRequestGroup all = new OffsetFetchRequestGroup().setGroupId(GroupsFixture.GROUP).setTopics(null);
    assertThat(read.offsets().fetch(all, false, GroupsFixture.free())).as("offsets, seed %d step %d", seed, step)
        .isEqualTo(f.groups.fetch(all, false, GroupsFixture.free()).join());
    String state = f.state();
    if (f.log.groupWritten && (state.equals("Stable") || state.equals("Empty"))) {
      compared++;
      assertThat(read.listing().describe(GroupsFixture.GROUP, 5, GroupsFixture.free())).as("group, seed %d step %d", seed, step)
          .isEqualTo(f.describe(GroupsFixture.GROUP, 5));
    }
  }
}
