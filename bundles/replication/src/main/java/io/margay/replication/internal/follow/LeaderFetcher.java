package io.margay.replication.internal.follow;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.ReplicaState;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.replication.internal.PartitionFollower;
import io.margay.replication.internal.follow.FetchedPartition.Key;
import io.margay.replication.internal.follow.FetchedPartition.Phase;
import io.margay.replication.internal.follow.FollowerPorts.FetchSettings;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.client.RemoteConnection.Reply;
import io.netty.buffer.Unpooled;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches from one leader, over one connection, for the followers that have it as their leader. An answer is appended on the
 * connection's thread, from the buffer that it arrived in, and the next request is sent after that. Work that may wait for a disk is
 * done by a {@link FollowerWork}; meanwhile its partition is not fetched, but the others are.
 *
 * <p>Most often one request is open. When a partition begins or is ready again while the leader holds a request back, a second one
 * is sent; the leader then answers the first at once. A request has a number, and a partition ignores answers to requests before the
 * one that told its position: they may belong to records that it has or has cut since.
 *
 * <p>What goes wrong is tried again, after pauses that grow up to {@code replica.fetch.backoff.ms}: a lost connection for all
 * partitions, an error of one partition for that partition. While there is no client service, nothing is fetched.
 *
 * <p>Threads: fields are guarded by the monitor. While {@code taking} is true, the thread that takes an answer may change the
 * partitions that are FETCHING without it; nobody else does then. Nothing is called under the monitor but the session, timers and
 * the start of work.
 */
final class LeaderFetcher {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderFetcher.class);
  private static final long FIRST_PAUSE_MS = 10;
  private static final int MOST_OPEN = 2;
  /** A batch may be larger than what a follower asks for. */
  private static final int LARGEST_BATCH_BYTES = 100 << 20;

  private final BrokerId leader;
  private final String name;
  private final FollowerPorts ports;
  private final LineLimit lines;
  private final Map<Key, FetchedPartition> partitions = new ConcurrentHashMap<>();
  private final FollowerSession session = new FollowerSession();
  private final FollowerWork work;
  private final PausedPartitions paused;
  /** How many partitions have records of which they do not know that they are committed. */
  private int uncommitted;
  private RemoteConnection connection;
  private Endpoint address;
  private boolean connecting;
  /** Requests without an answer, 0 to 2. */
  private int open;
  private boolean taking;
  /** Whether a partition that the open request lacks should not wait for its answer. */
  private boolean urgent;
  private long lastRequest;
  private boolean closed;
  private int failures;
  private Scheduler.Timer retry;

  LeaderFetcher(BrokerId leader, int index, FollowerPorts ports) {
    this.leader = leader;
    this.name = "broker-" + ports.self().id() + "-fetcher-" + index;
    this.ports = ports;
    this.lines = new LineLimit(ports.time().clock());
    this.work = new FollowerWork(ports, this::resume, this::pause);
    this.paused = new PausedPartitions(ports.time(), this::resume);
  }

  boolean isEmpty() {
    return partitions.isEmpty();
  }

  /** A followership begins. */
  void follow(PartitionFollower follower) {
    FetchedPartition partition = new FetchedPartition(follower);
    synchronized (this) {
      FetchedPartition former = partitions.put(partition.key, partition);
      if (former != null) {
        drop(former);
      }
    }
    work.begin(partition);
  }

  /** A followership has ended. */
  void leave(PartitionFollower follower) {
    synchronized (this) {
      FetchedPartition partition = partitions.get(new Key(follower.id().topicId(), follower.id().partition()));
      if (partition != null && partition.follower == follower) {
        partitions.remove(partition.key);
        drop(partition);
      }
    }
  }

  private void drop(FetchedPartition partition) {
    session.forget(partition);
    paused.remove(partition);
    setUncommitted(partition, false);
  }

  /** The leader's address may have changed, or a client service has come. */
  void changed() {
    RemoteConnection stale = null;
    synchronized (this) {
      Endpoint now = ports.addresses().apply(leader);
      if (connection != null && now != null && !now.equals(address)) {
        stale = connection;
      }
      failures = 0;
    }
    if (stale != null) {
      stale.close();
    }
    proceed();
  }

  /** Ends it: the connection is closed, and what still arrives is ignored. */
  void close() {
    RemoteConnection last;
    synchronized (this) {
      closed = true;
      last = connection;
      if (retry != null) {
        retry.cancel();
      }
      paused.close();
      work.close();
    }
    if (last != null) {
      last.close();
    }
  }

  /** A partition can be fetched again. */
  private void resume(FetchedPartition partition) {
    synchronized (this) {
      if (partitions.get(partition.key) != partition) {
        return;
      }
      long waitMs = ports.throttle().waitMs(partition.follower);
      if (waitMs > 0) {
        partition.phase = Phase.PAUSED;
        paused.add(partition, waitMs);
        return;
      }
      partition.phase = Phase.FETCHING;
      session.changed(partition);
      urgent = true;
    }
    proceed();
  }

  /** The leader learns that this replica's log has another start. */
  private void startMoved(FetchedPartition partition) {
    synchronized (this) {
      if (partitions.get(partition.key) != partition || partition.phase != Phase.FETCHING) {
        return;
      }
      session.changed(partition);
      urgent = true;
    }
    proceed();
  }

  /** A partition cannot be fetched now. */
  private void pause(FetchedPartition partition) {
    synchronized (this) {
      if (partitions.get(partition.key) != partition) {
        return;
      }
      session.forget(partition);
      partition.phase = Phase.PAUSED;
      long mostMs = ports.settings().get().backoffMs();
      paused.add(partition, Math.min(FIRST_PAUSE_MS << Math.min(partition.failures++, 10), mostMs));
    }
  }

  /** Takes the next step that is possible now: connects, or sends the next request. */
  private void proceed() {
    FetchRequest request = null;
    RemoteConnection used;
    long number;
    FetchSettings settings = ports.settings().get();
    synchronized (this) {
      if (closed || taking || connecting || retry != null || open >= MOST_OPEN || open == 1 && !(urgent && session.isOpen()) || noneFetching()) {
        return;
      }
      used = connection;
      number = ++lastRequest;
      if (used == null) {
        connecting = true;
      } else {
        open++;
        request = next(settings, number);
      }
    }
    if (used == null) {
      connect(settings);
      return;
    }
    used.send(FetchRequest.API, used.version(FetchRequest.API), request, new FetchResponse(), settings.waitMaxMs() + settings.timeoutMs())
        .whenComplete((reply, failure) -> answered(used, number, reply, failure));
  }

  private boolean noneFetching() {
    for (FetchedPartition partition : partitions.values()) {
      if (partition.phase == Phase.FETCHING) {
        return false;
      }
    }
    return true;
  }

  private FetchRequest next(FetchSettings settings, long number) {
    urgent = false;
    // a session begins at once: while the first request waited, no further partition could be asked for
    int waitMs = session.begins() ? 0 : uncommitted > 0 ? Math.min(settings.commitWaitMs(), settings.waitMaxMs()) : settings.waitMaxMs();
    FetchRequest request = new FetchRequest().setMaxBytes(settings.maxBytes()).setMinBytes(settings.minBytes()).setMaxWaitMs(waitMs)
        .setReplicaState(new ReplicaState().setReplicaId(ports.self().id().value()).setReplicaEpoch(ports.self().epoch().getAsLong()));
    session.fill(request, partitions.values(), new FollowerSession.Round(number, settings.partitionMaxBytes()));
    return request;
  }

  private void connect(FetchSettings settings) {
    RemoteClient client = ports.client().get();
    Endpoint to = ports.addresses().apply(leader);
    if (client == null || to == null) {
      synchronized (this) {
        connecting = false;
      }
      // changed() is called when they are there
      return;
    }
    int largest = (int) Math.min(Integer.MAX_VALUE - 8L, (long) settings.maxBytes() + LARGEST_BATCH_BYTES);
    client.connect(new RemoteClient.Target(to.host(), to.port(), name, settings.timeoutMs(), MOST_OPEN, largest, Access.of(to)))
        .whenComplete((opened, failure) -> connected(to, opened, failure));
  }

  private void connected(Endpoint to, RemoteConnection opened, Throwable failure) {
    boolean useless;
    synchronized (this) {
      connecting = false;
      useless = closed || opened == null;
      if (!useless) {
        connection = opened;
        address = to;
        session.reset();
      }
    }
    if (useless) {
      if (opened != null) {
        opened.close();
      } else {
        broken(null, failure);
      }
      return;
    }
    opened.closed().thenRun(() -> broken(opened, null));
    proceed();
  }

  /** The connection, or the attempt to open one, has failed: another one is opened after a pause. */
  private void broken(RemoteConnection which, Throwable why) {
    synchronized (this) {
      if (closed || connection != which || retry != null) {
        return;
      }
      connection = null;
      session.reset();
      if (lines.pass("broken") != LineLimit.HELD) {
        LOG.info("Fetching from a leader is interrupted leader={} partitions={} cause={}", leader, partitions.size(),
            why == null ? "the connection was closed" : why.getMessage());
      }
      long mostMs = ports.settings().get().backoffMs();
      retry = ports.time().scheduler().after(Math.min(FIRST_PAUSE_MS << Math.min(failures++, 10), mostMs), this::retryNow);
    }
  }

  private void retryNow() {
    synchronized (this) {
      retry = null;
    }
    proceed();
  }

  private void answered(RemoteConnection used, long number, Reply<FetchResponse> reply, Throwable failure) {
    boolean late;
    synchronized (this) {
      open--;
      late = closed;
      taking = failure == null && !late;
    }
    if (late) {
      if (reply != null) {
        reply.close();
      }
      return;
    }
    if (failure != null) {
      broken(used, failure);
      used.close();
      proceed();
      return;
    }
    try (reply) {
      take(reply.message(), number);
    } catch (RuntimeException | Error e) {
      LOG.error("The answer of a leader could not be taken leader={}", leader, e);
      used.close();
    }
    synchronized (this) {
      taking = false;
    }
    proceed();
  }

  private void take(FetchResponse response, long number) {
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      refused(error);
      return;
    }
    synchronized (this) {
      session.answered(response.sessionId(), number);
      failures = 0;
    }
    for (FetchableTopicResponse topic : response.responses()) {
      for (PartitionData data : topic.partitions()) {
        FetchedPartition partition = partitions.get(new Key(topic.topicId(), data.partitionIndex()));
        if (partition != null && !partition.follower.ended() && partition.phase == Phase.FETCHING && partition.inSession
            && partition.sentIn <= number) {
          take(partition, data);
        }
      }
    }
  }

  /** The request as a whole is refused. */
  private void refused(Errors error) {
    LOG.debug("A leader has refused a fetch leader={} errorCode={}", leader, error);
    boolean sessionGone = error == Errors.FETCH_SESSION_ID_NOT_FOUND || error == Errors.INVALID_FETCH_SESSION_EPOCH
        || error == Errors.FETCH_SESSION_TOPIC_ID_ERROR;
    synchronized (this) {
      session.reset();
      if (!sessionGone && retry == null) {
        retry = ports.time().scheduler().after(ports.settings().get().backoffMs(), this::retryNow);
      }
    }
  }

  private void take(FetchedPartition partition, PartitionData data) {
    Errors error = Errors.forCode(data.errorCode());
    if (error != Errors.NONE) {
      refused(partition, error, data);
      return;
    }
    if (data.divergingEpoch().epoch() >= 0) {
      begin(partition);
      work.truncate(partition, data.divergingEpoch().epoch(), data.divergingEpoch().endOffset());
      return;
    }
    boolean counts = ports.throttle().counts(partition.follower);
    FollowerAppend.Outcome outcome = FollowerAppend.take(partition, data);
    if (counts && data.records() != null) {
      ports.throttle().take(data.records().sizeBytes());
    }
    switch (outcome) {
      case APPENDED -> {
        partition.failures = 0;
        setUncommitted(partition, partition.follower.highWatermark() < partition.log().logEndOffset());
        work.maybeAdvanceStart(partition, data.logStartOffset(), () -> startMoved(partition));
        if (FollowerAppend.mustFlush(partition)) {
          begin(partition);
          work.flush(partition);
        } else {
          next(partition);
        }
      }
      case ELSEWHERE -> {
        synchronized (this) {
          session.changed(partition);
        }
      }
      case INSIDE_A_BATCH -> {
        begin(partition);
        work.beginInsideBatch(partition, Unpooled.copiedBuffer(data.records().bufferOrNull()), data.logStartOffset());
      }
      default -> pause(partition);
    }
  }

  /** A partition has what was fetched, and goes on, at once or when its throttle allows it. */
  private void next(FetchedPartition partition) {
    synchronized (this) {
      long waitMs = ports.throttle().waitMs(partition.follower);
      if (waitMs > 0 && partitions.get(partition.key) == partition) {
        session.forget(partition);
        partition.phase = Phase.PAUSED;
        paused.add(partition, waitMs);
      } else {
        session.changed(partition);
      }
    }
  }

  private void begin(FetchedPartition partition) {
    synchronized (this) {
      session.forget(partition);
      partition.phase = Phase.WORKING;
    }
  }

  private void refused(FetchedPartition partition, Errors error, PartitionData data) {
    if (error == Errors.OFFSET_OUT_OF_RANGE && data.logStartOffset() >= 0) {
      begin(partition);
      work.startAt(partition, data.logStartOffset());
      return;
    }
    // most often one of the two brokers has not seen the newest image yet
    LOG.debug("A leader has refused to be fetched from partition={} leader={} errorCode={}", partition.follower.id(), leader, error);
    pause(partition);
  }

  private synchronized void setUncommitted(FetchedPartition partition, boolean now) {
    if (partition.uncommitted != now && (!now || partitions.get(partition.key) == partition)) {
      partition.uncommitted = now;
      uncommitted += now ? 1 : -1;
    }
  }
}
