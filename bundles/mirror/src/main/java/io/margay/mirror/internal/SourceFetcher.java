package io.margay.mirror.internal;

import io.margay.mirror.internal.LinkConfig.Address;
import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.client.RemoteConnection.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches from one broker of the source, over one connection, as a consumer does. One fetch is open at a time, and a few checks of
 * positions ({@link PositionCheck}). A partition that brought records goes to the end of the order, so that none starves.
 *
 * <p>Owned by the thread of its link: answers are handed over to it, with the buffer that they arrived in, and appended there. A lost
 * connection is opened again after a pause that grows up to five seconds.
 */
final class SourceFetcher {
  static final short FIRST_WITH_TOPIC_IDS = 13;
  private static final Logger LOG = LoggerFactory.getLogger(SourceFetcher.class);
  private static final int CHECKS_MAX = 8;
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int ANSWER_TIMEOUT_MS = 30_000;
  private static final int PARTITION_BYTES = 1 << 20;
  private static final long FIRST_PAUSE_MS = 100;
  private static final long PAUSE_MS_MAX = 5_000;
  /** An answer without records that comes sooner than this is followed by a pause. */
  private static final long SOON_MS = 5;

  private final int broker;
  private final LinkLoop loop;
  private final LinkConfig config;
  private final Map<String, MirroredPartition> partitions = new LinkedHashMap<>();
  private Address address;
  private RemoteConnection connection;
  private boolean connecting;
  private boolean fetching;
  private int checks;
  private long retryAtMs;
  private int failures;
  private boolean unreachable;
  private boolean closed;

  SourceFetcher(int broker, LinkLoop loop) {
    this.broker = broker;
    this.loop = loop;
    this.config = loop.config();
  }

  boolean isEmpty() {
    return partitions.isEmpty();
  }

  LinkLoop loop() {
    return loop;
  }

  RemoteConnection connection() {
    return connection;
  }

  void add(MirroredPartition partition) {
    partitions.put(key(partition), partition);
  }

  void remove(MirroredPartition partition) {
    partitions.remove(key(partition), partition);
  }

  private static String key(MirroredPartition partition) {
    return key(partition.assignment().source().topic(), partition.assignment().target().partition());
  }

  private static String key(String topic, int partition) {
    return topic + ":" + partition;
  }

  /** The source's metadata name this address. */
  void at(Address now) {
    if (address != null && !address.equals(now) && connection != null) {
      connection.close();
    }
    address = now;
  }

  void close() {
    closed = true;
    partitions.clear();
    if (connection != null) {
      connection.close();
    }
  }

  /** Takes all steps that are possible now. */
  void proceed() {
    if (closed || partitions.isEmpty() || address == null) {
      return;
    }
    if (connection == null) {
      connect();
      return;
    }
    long nowMs = loop.nowMs();
    for (MirroredPartition partition : partitions.values()) {
      partition.machine.maybeResume(nowMs);
      if (partition.machine.state() == State.CHECKING && !partition.checking && checks < CHECKS_MAX) {
        checks++;
        partition.checking = true;
        new PositionCheck(this, partition).begin();
      }
    }
    if (!fetching && nowMs >= retryAtMs && loop.throttle().isFree(nowMs)) {
      fetch();
    }
  }

  /** A check has ended. */
  void checked(MirroredPartition partition) {
    checks--;
    partition.checking = false;
    partition.show(loop.nowMs());
    proceed();
  }

  private void connect() {
    RemoteClient client = loop.client();
    if (connecting || client == null || loop.nowMs() < retryAtMs) {
      return;
    }
    connecting = true;
    Address to = address;
    client.connect(new RemoteClient.Target(to.host(), to.port(), "margay-mirror-" + config.name(), CONNECT_TIMEOUT_MS, CHECKS_MAX + 2,
        config.fetch().maxBytes(), config.access())).whenComplete((opened, failure) -> {
          if (!loop.run(() -> connected(to, opened, failure)) && opened != null) {
            opened.close();
          }
        });
  }

  private void connected(Address to, RemoteConnection opened, Throwable failure) {
    connecting = false;
    if (closed) {
      if (opened != null) {
        opened.close();
      }
      return;
    }
    if (opened == null) {
      disconnected(null, failure);
      return;
    }
    if (unreachable) {
      LOG.info("A broker of the source is reached again link={} broker={} address={}", config.name(), broker, to);
      unreachable = false;
    }
    connection = opened;
    failures = 0;
    opened.closed().thenRun(() -> loop.run(() -> disconnected(opened, null)));
    proceed();
  }

  private void disconnected(RemoteConnection which, Throwable why) {
    if (closed || connection != which) {
      return;
    }
    connection = null;
    fetching = false;
    retryAtMs = loop.nowMs() + Math.min(FIRST_PAUSE_MS << Math.min(failures++, 10), PAUSE_MS_MAX);
    partitions.values().forEach(p -> p.machine.onDisconnected());
    if (!unreachable && (why != null || failures > 1)) {
      unreachable = true;
      LOG.warn("A broker of the source cannot be reached; it is tried again link={} broker={} address={} partitions={} cause={}",
          config.name(), broker, address, partitions.size(), why == null ? "the connection was closed" : why.getMessage());
    }
    loop.refresh();
  }

  /** What went wrong between here and there, in words; null when nothing did. */
  String problem() {
    return unreachable ? "broker " + broker + " of the source at " + address + " cannot be reached" : null;
  }

  private void fetch() {
    short version = fetchVersion();
    if (version < 0) {
      partitions.values().forEach(p -> p.machine.stop(State.STOPPED, "the source serves no known version of Fetch"));
      return;
    }
    FetchRequest request = request(version);
    if (request == null) {
      return;
    }
    fetching = true;
    RemoteConnection used = connection;
    long sentMs = loop.nowMs();
    used.send(FetchRequest.API, version, request, new FetchResponse(), config.fetch().waitMaxMs() + ANSWER_TIMEOUT_MS)
        .whenComplete((reply, failure) -> {
          if (!loop.run(() -> answered(used, version, reply, failure, sentMs)) && reply != null) {
            reply.close();
          }
        });
  }

  /** One that can name all topics. */
  private short fetchVersion() {
    short version = connection.version(FetchRequest.API);
    for (MirroredPartition partition : partitions.values()) {
      version = partition.assignment().source().fetchVersion(version);
    }
    return version;
  }

  private FetchRequest request(short version) {
    Map<String, FetchTopic> topics = new LinkedHashMap<>();
    int ready = (int) partitions.values().stream().filter(p -> p.machine.state() == State.MIRRORING).count();
    if (ready == 0) {
      return null;
    }
    int bytes = config.fetch().maxBytes() / 2;
    for (MirroredPartition partition : partitions.values()) {
      if (partition.machine.state() == State.MIRRORING) {
        MirrorSource source = partition.assignment().source();
        partition.sentOffset = partition.leader().logEndOffset();
        topics.computeIfAbsent(source.topic(), name -> version >= FIRST_WITH_TOPIC_IDS ? new FetchTopic().setTopicId(source.topicId())
            : new FetchTopic().setTopic(name)).partitions().add(new FetchPartition().setPartition(partition.assignment().target().partition())
                .setCurrentLeaderEpoch(-1).setFetchOffset(partition.sentOffset).setPartitionMaxBytes(Math.max(bytes / ready,
                    Math.min(PARTITION_BYTES, bytes))));
      }
    }
    return new FetchRequest().setReplicaId(-1).setMaxWaitMs(config.fetch().waitMaxMs()).setMinBytes(1).setMaxBytes(bytes)
        .setIsolationLevel((byte) 0).setSessionId(0).setSessionEpoch(-1).setTopics(new ArrayList<>(topics.values()));
  }

  private void answered(RemoteConnection used, short version, Reply<FetchResponse> reply, Throwable failure, long sentMs) {
    if (closed || used != connection) {
      if (reply != null) {
        reply.close();
      }
      return;
    }
    fetching = false;
    if (failure != null) {
      used.close();
      disconnected(used, failure);
      return;
    }
    long bytes;
    try (reply) {
      bytes = take(reply.message(), version);
    } catch (RuntimeException e) {
      LOG.error("The answer of a source cannot be taken link={} broker={}", config.name(), broker, e);
      used.close();
      disconnected(used, e);
      return;
    }
    long nowMs = loop.nowMs();
    loop.throttle().take(bytes, nowMs);
    if (bytes == 0 && nowMs - sentMs < SOON_MS) {
      retryAtMs = nowMs + FIRST_PAUSE_MS;
    }
    proceed();
  }

  private long take(FetchResponse response, short version) {
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      partitions.values().stream().filter(p -> p.machine.state() == State.MIRRORING)
          .forEach(p -> p.machine.onError("the source refuses to be fetched from: " + error, loop.nowMs()));
      return 0;
    }
    Map<Object, String> names = new HashMap<>();
    partitions.values().forEach(p -> names.put(p.assignment().source().topicId(), p.assignment().source().topic()));
    long bytes = 0;
    List<MirroredPartition> brought = new ArrayList<>();
    for (FetchableTopicResponse topic : response.responses()) {
      String name = version >= FIRST_WITH_TOPIC_IDS ? names.get(topic.topicId()) : topic.topic();
      for (PartitionData data : topic.partitions()) {
        MirroredPartition partition = partitions.get(key(name, data.partitionIndex()));
        if (partition != null && partition.machine.state() == State.MIRRORING) {
          long size = data.records() == null ? 0 : data.records().sizeBytes();
          new MirrorAppend(loop, partition).take(data);
          partition.show(loop.nowMs());
          bytes += size;
          if (size > 0) {
            brought.add(partition);
          }
        }
      }
    }
    for (MirroredPartition partition : brought) {
      if (partitions.remove(key(partition), partition)) {
        partitions.put(key(partition), partition);
      }
    }
    return bytes;
  }
}
