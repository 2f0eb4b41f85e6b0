package io.margay.mirror.internal;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.ListGroupsResponse.ListedGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the committed offsets of groups over, for the topics that are mirrored. An offset moves only forward, never beyond the end of the
 * mirror, and only while the group has no member here: commits as a group without members are refused otherwise. On one node of the
 * cluster, on the control thread of the link.
 */
final class GroupSync implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupSync.class);
  /** More groups of a source are not looked at. */
  private static final int GROUPS_MAX = 10_000;
  /** Offsets that are remembered so that what did not change is not asked for again. */
  private static final int REMEMBERED_MAX = 200_000;
  /**
   * From its first look on, nothing is remembered for so long: a commit of the node that had the link before may come late, and moves an offset back.
   * Longer than a request waits.
   */
  static final long FORMER_COMMITS_MS = 3L * RemoteCluster.TIMEOUT_MS;

  private final LinkConfig config;
  private final MirrorContext context;
  private final RemoteCluster source;
  private final RemoteCluster target;
  private final GroupOffsets sourceOffsets;
  private final GroupOffsets targetOffsets;
  private final Map<String, Map<TopicPartition, Long>> carried = new HashMap<>();
  private int remembered;
  private final long beganNanos;

  GroupSync(LinkConfig config, MirrorContext context, RemoteCluster source) {
    this.config = config;
    this.context = context;
    this.source = source;
    this.target = new RemoteCluster("margay-mirror-" + config.name(), context.ports().client(), context::ownBrokers, context::ownAccess);
    this.sourceOffsets = new GroupOffsets(source);
    this.targetOffsets = new GroupOffsets(target);
    this.beganNanos = context.ports().clock().nanos();
  }

  @Override
  public void close() {
    target.close();
  }

  /**
   * Carries over what has changed since the last time.
   *
   * @throws IOException when this cluster cannot be asked; also when a broker of the source cannot, after the groups of the others were carried over
   */
  void align(SourceView view) throws IOException, InterruptedException {
    if (config.sync().groups().isEmpty() || config.topics().repartition() != null) {
      return;
    }
    target.metadata(List.of());
    int seen = 0;
    IOException failure = null;
    for (int broker : view.brokers().keySet()) {
      List<ListedGroup> groups;
      try {
        groups = source.at(broker, ListGroupsRequest.API, version -> new ListGroupsRequest(), new ListGroupsResponse()).groups();
      } catch (IOException e) {
        failure = e;
        continue;
      }
      for (ListedGroup group : groups) {
        if (config.coversGroup(group.groupId()) && ++seen <= GROUPS_MAX && !"share".equals(group.groupType())) {
          try {
            align(view, broker, group.groupId());
          } catch (IOException e) {
            LOG.debug("The offsets of a group were not mirrored link={} group={}", config.name(), group.groupId(), e);
          }
        }
      }
    }
    if (seen > GROUPS_MAX) {
      LOG.warn("The source has more groups than a link mirrors link={} groups={} most={}", config.name(), seen, GROUPS_MAX);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void align(SourceView view, int broker, String group) throws IOException, InterruptedException {
    Map<TopicPartition, GroupOffsets.Committed> theirs = new HashMap<>();
    sourceOffsets.read(broker, group).forEach((tp, committed) -> {
      String mirror = config.target(tp.topic());
      MirrorSource from = context.sourceOf(mirror);
      if (view.topics().containsKey(tp.topic()) && from != null && from.link().equals(config.name())) {
        theirs.put(new TopicPartition(mirror, tp.partition()), committed);
      }
    });
    Map<TopicPartition, Long> known = carried.getOrDefault(group, Map.of());
    theirs.entrySet().removeIf(e -> e.getValue().offset() < 0 || known.getOrDefault(e.getKey(), -1L) >= e.getValue().offset());
    if (theirs.isEmpty()) {
      return;
    }
    int coordinator = target.coordinator(group);
    Map<TopicPartition, GroupOffsets.Committed> ours = targetOffsets.read(coordinator, group);
    Map<TopicPartition, Long> ends = new PartitionOffsets(target).of(theirs.keySet());
    Map<TopicPartition, GroupOffsets.Committed> moved = new HashMap<>();
    List<TopicPartition> ahead = new ArrayList<>();
    theirs.forEach((tp, committed) -> {
      long offset = Math.min(committed.offset(), ends.getOrDefault(tp, 0L));
      GroupOffsets.Committed here = ours.get(tp);
      if (here == null || here.offset() < offset) {
        moved.put(tp, new GroupOffsets.Committed(offset, committed.metadata()));
      } else if (here.offset() >= committed.offset()) {
        ahead.add(tp);
      }
    });
    ahead.forEach(tp -> remember(group, tp, theirs.get(tp).offset()));
    if (!moved.isEmpty()) {
      Map<TopicPartition, Errors> answers = targetOffsets.commit(coordinator, group, moved);
      answers.forEach((tp, error) -> {
        if (error == Errors.NONE) {
          remember(group, tp, moved.get(tp).offset());
        } else {
          LOG.debug("The offset of a group was not mirrored link={} group={} partition={} errorCode={}", config.name(), group, tp, error);
        }
      });
    }
  }

  private void remember(String group, TopicPartition tp, long offset) {
    if (context.ports().clock().nanos() - beganNanos < TimeUnit.MILLISECONDS.toNanos(FORMER_COMMITS_MS)) {
      return;
    }
    if (remembered >= REMEMBERED_MAX) {
      carried.clear();
      remembered = 0;
    }
    if (carried.computeIfAbsent(group, g -> new HashMap<>()).put(tp, offset) == null) {
      remembered++;
    }
  }
}
