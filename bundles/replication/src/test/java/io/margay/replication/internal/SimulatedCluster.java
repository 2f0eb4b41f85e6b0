package io.margay.replication.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.replication.internal.fetch.FetchHandler;
import io.margay.replication.internal.follow.FollowerFetchers;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.controller.FakeController;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.time.ManualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The replication of several brokers with the topic "a", which has one partition, in one thread; the test is the controller. */
final class SimulatedCluster extends FakeController {
  private static final UUID TOPIC = new UUID(7, 7);

  /** One broker. */
  final class Node {
    final BrokerId id;
    final FakeLogs logs = new FakeLogs();
    final FakeSettings settings;
    final ReplicationContext replication;
    final FetchHandler fetch;
    final FollowerFetchers followers;
    final RemoteClient client;

    Node(int number) {
      id = new BrokerId(number);
      settings = new FakeSettings().nodeId(id);
      replication = new ReplicationContext(logs, settings, new ReplicationContext.Time(time, clock), (name, threads, queue) -> executor());
      replication.partitions().controller(SimulatedCluster.this);
      fetch = new FetchHandler(replication);
      followers = new FollowerFetchers(replication);
      client = network.client(number);
      followers.setClient(client);
      network.serve(number, fetch::handle);
    }

    PartitionLeader leader() {
      return replication.table().leader("a", 0);
    }

    LocalReplica replica() {
      return replication.table().replica("a", 0);
    }

    FakeLog log() {
      return logs.log("a", 0);
    }

    PartitionLog.Appended append(int records) {
      return leader().append(TestBroker.batch(records), PartitionLog.Origin.CLIENT, true);
    }
  }

  final ManualTime time = new ManualTime();
  /** How far the time of day was set. */
  long setByMs;
  private final Clock clock = new Clock() {
    @Override
    public long millis() {
      return time.millis() + setByMs;
    }

    @Override
    public long nanos() {
      return time.nanos();
    }
  };
  final SimulatedNetwork network = new SimulatedNetwork(time);
  final List<Node> nodes = new ArrayList<>();
  final List<IsrChange> asked = new ArrayList<>();
  /** What the controller answers; null for no answer at all. */
  Errors answer = Errors.NONE;
  private final Map<BrokerId, Long> epochs = new HashMap<>();
  private ClusterImage image;
  private Map<String, String> configs = Map.of();

  SimulatedCluster(int brokers) {
    this(brokers, Map.of());
  }

  SimulatedCluster(int brokers, Map<String, String> configs) {
    this.configs = configs;
    for (int i = 1; i <= brokers; i++) {
      epochs.put(new BrokerId(i), 10L + i);
    }
    List<BrokerId> all = IntStream.rangeClosed(1, brokers).mapToObj(BrokerId::new).toList();
    PartitionImage partition = new PartitionImage(0, all, all, all.get(0), new LeaderEpoch(1), 1);
    image = image(partition, 1);
    for (int i = 1; i <= brokers; i++) {
      nodes.add(new Node(i));
    }
    for (Node node : nodes) {
      node.replication.onImage(new ClusterDelta(true, Set.copyOf(image.topics().values()), Set.of(), image.configs().keySet(), true), image);
    }
    run(100);
  }

  private ExecutorService executor() {
    return new AbstractExecutorService() {
      @Override
      public void execute(Runnable task) {
        time.after(0, task);
      }

      @Override
      public void shutdown() { }

      @Override
      public List<Runnable> shutdownNow() {
        return List.of();
      }

      @Override
      public boolean isShutdown() {
        return false;
      }

      @Override
      public boolean isTerminated() {
        return true;
      }

      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
      }
    };
  }

  private ClusterImage image(PartitionImage partition, long offset) {
    TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    epochs.forEach((id, epoch) -> brokers.put(id, new BrokerImage(id, epoch,
        List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", id.value())), "rack" + id.value(), false)));
    TopicImage topic = new TopicImage("a", TOPIC, false, List.of(partition));
    return new ClusterImage("cluster", offset, new BrokerId(1), brokers, TopicsImage.of(Map.of("a", topic)),
        Map.of(ConfigResource.topic("a"), configs), Map.of());
  }

  Node node(int number) {
    return nodes.get(number - 1);
  }

  PartitionImage partition() {
    return image.topic("a").partitions().get(0);
  }

  /** Lets time pass. */
  void run(long ms) {
    time.advance(ms, network::pump);
  }

  /** Publishes a change of the partition, to all brokers or only to some. */
  void change(UnaryOperator<PartitionImage> change, int... to) {
    image = image(change.apply(partition()), image.offset() + 1);
    for (Node node : to.length == 0 ? nodes : IntStream.of(to).mapToObj(this::node).toList()) {
      node.replication.onImage(new ClusterDelta(false, Set.of(image.topic("a")), Set.of(), Set.of(), true), image);
    }
  }

  /** The newest image comes to brokers that did not get it. */
  void publish(int... to) {
    change(partition -> partition, to);
  }

  /** Makes a broker the leader in a new epoch, with this ISR. */
  void elect(int leader, List<Integer> isr, int... to) {
    change(now -> new PartitionImage(0, ReplicaSet.of(now.replicas(), isr.stream().map(BrokerId::new).toList()), new BrokerId(leader),
        new LeaderEpoch(now.leaderEpoch().value() + 1), now.partitionEpoch() + 1), to);
  }

  /** A broker registers again. */
  void register(int broker) {
    epochs.merge(new BrokerId(broker), 100L, Long::sum);
    publish();
  }

  List<Integer> isr() {
    return partition().isr().stream().map(BrokerId::value).sorted().toList();
  }

  @Override
  public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
    asked.addAll(changes);
    CompletableFuture<List<Errors>> result = new CompletableFuture<>();
    Errors now = answer;
    time.after(1, () -> {
      if (now == null) {
        result.completeExceptionally(new IllegalStateException("no controller"));
        return;
      }
      for (IsrChange change : changes) {
        if (now == Errors.NONE && change.partitionEpoch() == partition().partitionEpoch()
            && change.leaderEpoch().equals(partition().leaderEpoch())) {
          change(before -> altered(before, before.replicas().stream().filter(change.isr()::containsKey).toList(), change.newEpoch()));
        }
      }
      result.complete(changes.stream().map(change -> now).toList());
    });
    return result;
  }

  private static PartitionImage altered(PartitionImage before, List<BrokerId> isr, boolean newEpoch) {
    boolean same = isr.contains(before.leader());
    return new PartitionImage(0, ReplicaSet.of(before.replicas(), isr), same ? before.leader() : isr.get(0),
        same && !newEpoch ? before.leaderEpoch() : new LeaderEpoch(before.leaderEpoch().value() + 1), before.partitionEpoch() + 1);
  }

  TopicIdPartition id() {
    return node(1).replica().id();
  }
}
