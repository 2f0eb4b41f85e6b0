package io.margay.shares.internal.leader;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.WriteShareGroupStateRequest;
import io.margay.shares.internal.partition.SharePartition;
import io.margay.shares.internal.state.StateBatch;
import io.margay.shares.internal.state.StateKey;
import io.margay.spi.partition.LeaderPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The share partitions whose partitions this broker leads. One is made at the first use, reads its state from the coordinator, and is forgotten
 * when nobody has used it for a while. Bounded in number. Safe for all threads.
 */
public final class SharePartitions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SharePartitions.class);
  private static final long RETRY_MS = 100;
  private static final long IDLE_MS = 5_000;
  private static final int UNINITIALIZED = -1;
  private static final Set<Errors> PASSING = Set.of(Errors.COORDINATOR_NOT_AVAILABLE, Errors.NOT_COORDINATOR,
      Errors.COORDINATOR_LOAD_IN_PROGRESS, Errors.REQUEST_TIMED_OUT);

  private final ShareEnvironment environment;
  private final IntSupplier most;
  private final Map<TopicPartition, LeaderPartition> led = new ConcurrentHashMap<>();
  private final Map<StateKey, SharePartitionLeader> table = new ConcurrentHashMap<>();
  private final Map<StateKey, Kept> kept = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * What members had acquired from a leader that is gone for a moment, because a part is being replaced. It counts for the same leadership only.
   *
   * @param leaderEpoch of that leadership
   * @param locks what they had acquired
   * @param atMs when that was, on the clock of {@link ShareEnvironment#elapsedMs}
   */
  public record Kept(int leaderEpoch, List<SharePartition.Lock> locks, long atMs) {
    /** The same at a later moment. */
    Kept at(long nowMs) {
      long passed = nowMs - atMs;
      return new Kept(leaderEpoch, locks.stream().map(l -> new SharePartition.Lock(l.first(), l.last(), l.owner(), l.leftMs() - passed, l.count()))
          .filter(l -> l.leftMs() > 0).toList(), nowMs);
    }
  }

  /**
   * @param environment what they need
   * @param most how many there may be
   */
  public SharePartitions(ShareEnvironment environment, IntSupplier most) {
    this.environment = environment;
    this.most = most;
  }

  // ------------------------------------------------------------------------------------------------ the broker's events

  /** This broker leads a partition. */
  public void elected(LeaderPartition partition) {
    led.put(new TopicPartition(partition.id().topic(), partition.id().partition()), partition);
  }

  /** It does not any more. */
  public void resigned(TopicPartition tp) {
    LeaderPartition gone = led.remove(tp);
    if (gone != null) {
      table.values().forEach(p -> {
        if (p.log() == gone) {
          keep(p);
          p.close(Errors.NOT_LEADER_OR_FOLLOWER);
        }
      });
    }
  }

  private void keep(SharePartitionLeader p) {
    List<SharePartition.Lock> locks = p.locks();
    if (!locks.isEmpty()) {
      kept.put(p.key(), new Kept(p.log().leaderEpoch().value(), locks, environment.elapsedMs()));
    }
  }

  // ------------------------------------------------------------------------------------------------ finding

  /**
   * @param key a share partition
   * @param topic name of its topic
   * @return it; null when this broker does not lead the partition
   */
  public SharePartitionLeader find(StateKey key, String topic) {
    SharePartitionLeader known = table.get(key);
    if (known != null) {
      return known;
    }
    LeaderPartition log = led.get(new TopicPartition(topic, key.partition()));
    if (log == null || !log.id().topicId().equals(key.topicId()) || closed || refused()) {
      return null;
    }
    SharePartitionLeader made = new SharePartitionLeader(key, log, environment, p -> table.remove(key, p));
    SharePartitionLeader other = table.putIfAbsent(key, made);
    if (other != null) {
      return other;
    }
    load(made);
    if (led.get(new TopicPartition(topic, key.partition())) != log || closed) {
      made.close(Errors.NOT_LEADER_OR_FOLLOWER);
    }
    return made;
  }

  /**
   * @param key a share partition
   * @return it, when it is in use or was a moment ago; else null
   */
  public SharePartitionLeader known(StateKey key) {
    return table.get(key);
  }

  /** @return whether there are as many as there may be */
  public boolean isFull() {
    return table.size() >= most.getAsInt();
  }

  private boolean refused() {
    if (!isFull()) {
      return false;
    }
    if (environment.logs().pass("share partitions") >= 0) {
      LOG.warn("Refused a share partition, because there are too many. setting=margay.shares.partitions.max limit={}", most.getAsInt());
    }
    return true;
  }

  // ------------------------------------------------------------------------------------------------ loading

  private void load(SharePartitionLeader p) {
    environment.states().read(p.key(), p.log().leaderEpoch().value()).thenAccept(state -> {
      Errors error = Errors.forCode(state.errorCode());
      if (PASSING.contains(error)) {
        again(p);
      } else if (error != Errors.NONE) {
        LOG.debug("The state of a share partition cannot be read. share={} errorCode={}", p.key(), error);
        p.close(error == Errors.UNKNOWN_TOPIC_OR_PARTITION ? error : Errors.NOT_LEADER_OR_FOLLOWER);
      } else if (state.startOffset() == UNINITIALIZED) {
        initialize(p, state.stateEpoch());
      } else {
        List<StateBatch> batches = new ArrayList<>(state.stateBatches().size());
        state.stateBatches().forEach(b -> batches.add(new StateBatch(b.firstOffset(), b.lastOffset(), b.deliveryState(), b.deliveryCount())));
        begin(p, state.stateEpoch(), state.startOffset(), batches);
      }
    }).exceptionally(e -> {
      LOG.error("The state of a share partition cannot be used. share={}", p.key(), e);
      p.close(Errors.NOT_LEADER_OR_FOLLOWER);
      return null;
    });
  }

  private void again(SharePartitionLeader p) {
    environment.scheduler().after(RETRY_MS, () -> {
      if (table.get(p.key()) == p && !closed) {
        load(p);
      }
    });
  }

  /** The group has never read the partition: where it starts is written at once, so that it is the same after a crash. */
  private void initialize(SharePartitionLeader p, int stateEpoch) {
    String reset = environment.groups().autoOffsetReset(p.key().groupId());
    Runnable search = () -> {
      try {
        long start = StartOffset.find(reset, p.log(), environment.groups().limits(p.key().groupId()).readCommitted(),
            environment.clock().millis());
        environment.states().write(p.key(), new WriteShareGroupStateRequest.PartitionData().setPartition(p.key().partition())
            .setStateEpoch(stateEpoch).setLeaderEpoch(p.log().leaderEpoch().value()).setStartOffset(start).setDeliveryCompleteCount(0))
            .thenAccept(error -> {
              if (error == Errors.NONE) {
                begin(p, stateEpoch, start, List.of());
              } else {
                again(p);
              }
            });
      } catch (IOException | RuntimeException e) {
        LOG.warn("Cannot find where a share group starts to read, will try again. group={} topic={} partition={}", p.key().groupId(),
            p.log().id().topic(), p.key().partition(), e);
        again(p);
      }
    };
    if (StartOffset.isSearched(reset)) {
      environment.blocking().execute(search);
    } else {
      search.run();
    }
  }

  private void begin(SharePartitionLeader p, int stateEpoch, long start, List<StateBatch> batches) {
    Kept before = kept.remove(p.key());
    List<SharePartition.Lock> locks = List.of();
    if (before != null && before.leaderEpoch == p.log().leaderEpoch().value()) {
      locks = before.at(environment.elapsedMs()).locks;
    }
    long from = Math.max(start, p.log().logStartOffset());
    p.loaded(new SharePartition(environment.groups().limits(p.key().groupId()), from, batches), stateEpoch, locks);
  }

  // ------------------------------------------------------------------------------------------------ care

  /** Forgets what nobody uses; called every few seconds. */
  public void tidy() {
    table.values().forEach(p -> p.closeIfIdle(IDLE_MS));
    kept.values().removeIf(k -> k.locks.stream().allMatch(l -> environment.elapsedMs() - k.atMs > l.leftMs()));
  }

  /** @return whether {@link #tidy} has nothing to look at */
  public boolean isEmpty() {
    return table.isEmpty() && kept.isEmpty();
  }

  /** @return how many there are */
  public int size() {
    return table.size();
  }

  /**
   * Everything that members have acquired, for the next version of this part.
   *
   * @return by share partition
   */
  public Map<StateKey, Kept> handOver() {
    table.values().forEach(this::keep);
    long now = environment.elapsedMs();
    Map<StateKey, Kept> left = new HashMap<>();
    kept.forEach((key, k) -> left.put(key, k.at(now)));
    return left;
  }

  /** @param before what the version before handed over */
  public void takeOver(Map<StateKey, Kept> before) {
    kept.putAll(before);
  }

  /** @return whether acknowledgements wait for their write */
  public boolean isWriting() {
    return table.values().stream().anyMatch(SharePartitionLeader::isWriting);
  }

  @Override
  public void close() {
    closed = true;
    table.values().forEach(p -> p.close(Errors.NOT_LEADER_OR_FOLLOWER));
  }
}
