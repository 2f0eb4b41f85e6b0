package io.margay.groups.internal.share;

import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import io.margay.protocol.Errors;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Sees to it that the partitions that a group subscribes to have state at their share coordinators before a member gets them.
 *
 * <pre>
 *   unknown -- a member subscribes --> initializing -- the coordinator has written it --> initialized
 * </pre>
 *
 * Both steps are in the log. What was being initialized when a shard was loaded is asked for again at the next heartbeat: an answer may have
 * been lost, and to ask twice changes nothing, since nobody consumes the partition before.
 */
final class StateOperations {
  private final ShardContext context;
  private final Topics topics;
  private final StateInitializer initializer;
  /** An answer that has not come by then, in milliseconds, does not come any more. */
  private static final long ANSWER_MS = 30_000;

  /** Soft: groups for which coordinators are being asked, and since when. */
  private final Map<String, Long> asking = new HashMap<>();

  StateOperations(ShardContext context, Topics topics, StateInitializer initializer) {
    this.context = context;
    this.topics = topics;
    this.initializer = initializer;
  }

  /** What members subscribe to and has no state yet. */
  Partitions missing(ShareDraft draft) {
    Partitions ready = draft.states().initialized();
    Partitions.Builder missing = new Partitions.Builder();
    for (String topic : draft.subscribedTopics()) {
      UUID id = topics.id(topic);
      for (int p = 0; id != null && p < topics.partitions(topic); p++) {
        if (!ready.contains(id, p)) {
          missing.add(id, p, Partitions.NO_EPOCH);
        }
      }
    }
    return missing.build();
  }

  /** Forgets the state of topics that are gone: their coordinators do so by themselves. */
  void forgetDeleted(ShareDraft draft) {
    Partitions gone = draft.states().all().where((topic, partition) -> topics.name(topic) == null);
    if (!gone.isEmpty()) {
      draft.putStates(draft.states().without(gone));
    }
  }

  /**
   * Begins to initialize what is missing, unless that is under way.
   *
   * @return the result, followed by the question to the coordinators
   */
  <R> Result<R> maybeInitialize(ShareDraft draft, Partitions missing, Result<R> result) {
    String groupId = draft.group().id();
    long now = context.elapsedMs();
    Long since = asking.get(groupId);
    if (missing.isEmpty() || since != null && now - since < ANSWER_MS) {
      return result;
    }
    asking.put(groupId, now);
    draft.putStates(draft.states().begin(missing, topics));
    int epoch = draft.epoch();
    return new Result<>(draft.records(), result.response(), true, false, error -> {
      if (error == Errors.NONE) {
        context.defer(() -> initializer.initialize(groupId, epoch, missing, (shares, done, nowMs) -> shares.states(groupId, done, nowMs)));
      } else {
        asking.remove(groupId);
      }
    }, null);
  }

  /** The coordinators have answered. */
  void answered(String groupId) {
    asking.remove(groupId);
  }
}
