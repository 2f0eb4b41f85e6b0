package io.margay.transactions.internal.markers;

import io.margay.coordinator.Brokers;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.transactions.internal.remote.BrokerChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the markers of ended transactions to all their partitions, here and on other brokers, and tries again until they are written.
 * At most {@code margay.transactions.ending.max} transactions are under way; the others wait in order, and are bounded by the memory of
 * their transactional ids. Safe for all threads.
 */
public final class MarkerSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MarkerSender.class);
  private static final long FIRST_PAUSE_MS = 10;
  private static final long LONGEST_PAUSE_MS = 1_000;
  private static final int MAX_DOUBLINGS = 7;
  private static final int MOST_PARTS = 500;
  private static final String OFFSETS_TOPIC = "__consumer_offsets";

  private final Brokers brokers;
  private final LocalMarkers local;
  private final Scheduler scheduler;
  private final IntSupplier most;
  private final LineLimit lines;
  private final Map<BrokerId, BrokerChannel<RemoteMarkers.Part>> channels = new ConcurrentHashMap<>();
  private final RemoteMarkers remote = new RemoteMarkers();
  private final ArrayDeque<Ending> waiting = new ArrayDeque<>();
  private int active;
  /** Whether a thread is beginning those that wait. */
  private boolean starting;
  private volatile boolean closed;

  /**
   * @param brokers the cluster
   * @param local writes markers here
   * @param scheduler pauses between attempts
   * @param most transactions under way at a time
   * @param lines limits the log
   */
  public MarkerSender(Brokers brokers, LocalMarkers local, Scheduler scheduler, IntSupplier most, LineLimit lines) {
    this.brokers = brokers;
    this.local = local;
    this.scheduler = scheduler;
    this.most = most;
    this.lines = lines;
  }

  /** @param ending a transaction whose end is decided and committed */
  public void send(Ending ending) {
    synchronized (this) {
      if (active >= most.getAsInt()) {
        waiting.add(ending);
        return;
      }
      active++;
    }
    new Sending(ending).attempt();
  }

  /** One is over, so others may begin: in a loop, because each may be over at once. */
  private void ended() {
    synchronized (this) {
      active--;
      if (starting) {
        return;
      }
      starting = true;
    }
    for (;;) {
      Ending next;
      synchronized (this) {
        next = active < most.getAsInt() ? waiting.poll() : null;
        if (next == null) {
          starting = false;
          return;
        }
        active++;
      }
      new Sending(next).attempt();
    }
  }

  /** One transaction. Its monitor guards its fields. */
  final class Sending {
    private final Ending ending;
    private final Set<TopicPartition> left;
    /** Those of {@link #left} that this attempt has no answer for. */
    private final Set<TopicPartition> open = new HashSet<>();
    /** Whether this attempt has not asked for all of them yet. */
    private boolean asking;
    private int failures;
    private boolean over;

    private Sending(Ending ending) {
      this.ending = ending;
      this.left = new HashSet<>(ending.partitions());
    }

    Ending ending() {
      return ending;
    }

    private void attempt() {
      if (closed || !ending.wanted().getAsBoolean()) {
        ended();
        return;
      }
      List<TopicPartition> now;
      synchronized (this) {
        asking = true;
        open.addAll(left);
        now = List.copyOf(left);
      }
      Map<BrokerId, List<TopicPartition>> elsewhere = new HashMap<>();
      ClusterImage image = brokers.image();
      for (TopicPartition tp : now) {
        PartitionImage partition = image.partition(tp);
        if (partition == null) {
          answered(tp, tp.topic().equals(OFFSETS_TOPIC) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE);
        } else if (partition.leader().equals(brokers.self())) {
          local.write(tp, ending.marker()).whenComplete((e, failure) -> answered(tp, failure == null ? e : unexpected(failure)));
        } else if (partition.leader().equals(BrokerId.NONE)) {
          answered(tp, Errors.LEADER_NOT_AVAILABLE);
        } else {
          elsewhere.computeIfAbsent(partition.leader(), b -> new ArrayList<>()).add(tp);
        }
      }
      elsewhere.forEach((broker, partitions) -> channel(broker).add(new RemoteMarkers.Part(this, partitions)));
      synchronized (this) {
        asking = false;
        if (!open.isEmpty()) {
          return;
        }
      }
      settle();
    }

    /** The outcome for one partition; only the first one counts. What is not written is tried again. */
    void answered(TopicPartition tp, Errors error) {
      boolean settled = isFinal(tp, error);
      synchronized (this) {
        if (!open.remove(tp)) {
          return;
        }
        if (settled) {
          left.remove(tp);
        }
        over |= error == Errors.TRANSACTION_COORDINATOR_FENCED;
        if (asking || !open.isEmpty()) {
          return;
        }
      }
      settle();
    }

    /** All answers are there. */
    private void settle() {
      boolean written;
      boolean stop;
      long pause;
      synchronized (this) {
        written = left.isEmpty() && !over;
        stop = over;
        pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(failures, MAX_DOUBLINGS));
        failures++;
      }
      if (written) {
        ended();
        ending.done().run();
      } else if (stop) {
        ended();
      } else {
        scheduler.after(pause, this::attempt);
      }
    }

    private boolean isFinal(TopicPartition tp, Errors error) {
      if (error == Errors.NONE) {
        return true;
      }
      boolean newer = error == Errors.INVALID_PRODUCER_EPOCH;
      // only a link writes to a mirror: its transactions end as those of its source do
      boolean mirror = error == Errors.POLICY_VIOLATION;
      if (lines.pass("marker " + error) != LineLimit.HELD) {
        LOG.info("A transaction's marker was not written {}. topic={} partition={} producerId={} errorCode={}",
            newer ? "because a newer producer writes there" : mirror ? "because the topic is a mirror now" : "and will be tried again", tp.topic(), tp.partition(),
            ending.marker().producerId(), error);
      }
      return newer || mirror;
    }
  }

  private Errors unexpected(Throwable failure) {
    if (lines.pass("marker failed") != LineLimit.HELD) {
      LOG.error("A transaction's marker could not be written", failure);
    }
    return Errors.UNKNOWN_SERVER_ERROR;
  }

  private BrokerChannel<RemoteMarkers.Part> channel(BrokerId broker) {
    BrokerChannel<RemoteMarkers.Part> channel =
        channels.computeIfAbsent(broker, b -> new BrokerChannel<>(b, brokers, remote, MOST_PARTS));
    if (closed) {
      channel.close();
    }
    return channel;
  }

  /** What is not written is left to the next coordinator, which finds it in its log. */
  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      waiting.clear();
    }
    channels.values().forEach(BrokerChannel::close);
  }
}
