package io.margay.groups.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.TopicImage;
import io.margay.protocol.message.StreamsGroupDescribeResponse.DescribedGroup;
import io.margay.spi.assignor.TaskId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A coordinator with the topics that a streams application needs, and members of its group. */
abstract class StreamsFixture {
  static final int STALE = 0;
  static final int NO_SOURCE = 1;
  static final int WRONG_PARTITIONS = 2;
  static final int NO_INTERNAL = 3;
  static final int SHUTDOWN = 4;
  static final int DELAYED = 5;
  static final int NO_TAGS = 6;

  final GroupsFixture f = new GroupsFixture();

  void topics(Map<String, Integer> now) {
    f.image = GroupsFixture.imageOf(now);
    f.groups.onImage(new ClusterDelta(true, Set.copyOf(f.image.topics().values()), Set.<TopicImage>of(), Set.of(), false));
  }

  void allTopics(int partitions) {
    topics(Map.of("t", partitions, "app-words", partitions, "app-counts", partitions));
  }

  TestStreams member(String id) {
    return new TestStreams(f, id);
  }

  DescribedGroup described() {
    return f.groups.streams().describe(List.of(GroupsFixture.GROUP), false, GroupsFixture.free()).join().get(0);
  }

  static Set<TaskId> tasks(int partitions) {
    Set<TaskId> all = new HashSet<>();
    for (int p = 0; p < partitions; p++) {
      all.add(new TaskId("0", p));
      all.add(new TaskId("1", p));
    }
    return all;
  }

  /** Lets all members go on until nothing changes. */
  static void settle(TestStreams... members) {
    for (int i = 0; i < 6; i++) {
      for (TestStreams m : members) {
        m.beat();
      }
    }
  }
}
