package io.margay.simulation;

import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Command;
import io.margay.groups.internal.SimulatedGroups;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ConfigResource;
import io.margay.mirror.internal.SimulatedLink;
import io.margay.mirror.internal.SimulatedMirror;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.log.LogSettings;
import io.margay.spi.partitioner.Partitioner;
import io.margay.transactions.internal.SimulatedTransactions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/** One of two clusters that mirror each other: its machines, what must hold in it, and its end of a link to the other. */
final class Region {
  static final String TOPIC = "t";
  static final int PARTITIONS = 2;
  static final int NODES = 3;
  private static final int CRASHES_AFTER_VOTE = 100;
  private static final long AGAIN_MICROS = 500_000;
  private static final String MIRROR = LogSettings.MARGAY_MIRROR_SOURCE.name();

  final String name;
  final Invariants invariants;
  final List<SimulatedProducer> producers = new ArrayList<>();
  private final World world;
  private final SimulatedNetwork network;
  private final SimulatedCluster cluster;
  private final Reassigner reassigner;
  private final Map<Integer, Object> mirrors = new TreeMap<>();
  private Nemesis nemesis;

  /** @param flaw of the cluster; it says whether there are transactions */
  Region(String name, World world, Flaw flaw) {
    this.name = name;
    this.world = world;
    this.network = new SimulatedNetwork(world);
    network.clusterId = "AAAAAAAAAAAAAAAAA-" + name;
    this.invariants = new Invariants(world);
    this.cluster = new SimulatedCluster(network, invariants, flaw, NODES, Map.of("broker.session.timeout.ms", "3000",
        "broker.heartbeat.interval.ms", "500", "replica.lag.time.max.ms", "3000", "replica.socket.timeout.ms", "2000",
        "log.cleaner.enable", "false", "leader.imbalance.check.interval.seconds", "5", "inter.broker.listener.name",
        SimulatedNetwork.LISTENER));
    this.reassigner = new Reassigner(world, cluster, invariants);
  }

  UUID topicId() {
    return topicId(name, TOPIC);
  }

  static UUID topicId(String region, String topic) {
    return new UUID(0x5EED, (region + "/" + topic).hashCode());
  }

  /** Each node has a replica; they lead in turn. */
  static List<List<BrokerId>> replicas(int partitions) {
    List<List<BrokerId>> replicas = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      replicas.add(List.of(new BrokerId(1 + p % NODES), new BrokerId(1 + (p + 1) % NODES), new BrokerId(1 + (p + 2) % NODES)));
    }
    return replicas;
  }

  /** Each node has a link to the other region, which fills the topics that are mirrors of it. */
  void start(Region other, boolean cuts, boolean compares) {
    start(node -> {
      SimulatedMirror mirror = new SimulatedMirror(other.name, new SimulatedMirror.Node<>(node.settings(), node.controller(), node.process(),
          node.process(), node.process().thread()), other.network.client(node.process()), other::anyBroker, cuts, compares);
      node.replication().addListener(mirror);
      mirrors.put(node.machine().id, mirror);
    });
  }

  /** Each node has a link to the other region. */
  void start(Region other, Map<String, String> fields, LinkFlaw flaw, Partitioner partitioner) {
    Map<String, String> all = new TreeMap<>(fields);
    all.put("bootstrap.servers", LinkClient.bootstrap(NODES));
    all.put("fetch.wait.max.ms", "200");
    start(node -> {
      SimulatedProcess process = node.process();
      LinkClient client = new LinkClient(network.client(process), other.network.client(process), flaw);
      SimulatedLink link = new SimulatedLink(other.name, all, new SimulatedLink.Node(node.settings(), node.controller(),
          new TopicMaker(node, name), new LocalHandlers(node), process, process, client, process.thread()), new SimulatedLink.Threads() {
            @Override
            public Thread begin(Runnable task, String threadName) {
              return Strand.begin(process, task, threadName);
            }

            @Override
            public void sleep(long ms) throws InterruptedException {
              Strand.sleep(ms);
            }
          }, partitioner, flaw == LinkFlaw.FORGETFUL_LANES);
      node.replication().addListener(link);
      mirrors.put(node.machine().id, link);
    });
  }

  /** @param starts gets each node that starts */
  void start(Consumer<SimulatedNode> starts) {
    cluster.whenStarted = starts;
    for (int id = 1; id <= NODES; id++) {
      int node = id;
      world.after(world.random(0, 500_000), () -> cluster.start(node));
    }
  }

  private RemoteClient.Target anyBroker() {
    var endpoint = SimulatedNetwork.endpoint((int) world.random(1, NODES + 1));
    return new RemoteClient.Target(endpoint.host(), endpoint.port(), "link", 1_000, 5, 1 << 20, Access.PLAINTEXT);
  }

  boolean active() {
    return invariants.image().brokers().values().stream().filter(BrokerImage::active).count() == NODES;
  }

  /** @param source the region that it mirrors, or null */
  void createTopic(Region source) {
    Map<String, String> configs = new TreeMap<>(Map.of("min.insync.replicas", "2"));
    if (source != null) {
      configs.put(MIRROR, SimulatedMirror.source(source.name, source.topicId(), TOPIC));
    }
    for (int p = 0; p < PARTITIONS; p++) {
      invariants.records(new TopicPartition(TOPIC, p));
    }
    propose(new CreateTopics(List.of(new NewTopic(TOPIC, topicId(), false, replicas(PARTITIONS), configs))));
  }

  /** The topics of offsets, and if there are transactions those of the coordinator. */
  void createInternalTopics(boolean transactional) {
    List<NewTopic> topics = new ArrayList<>();
    Map<String, String> configs = Map.of("min.insync.replicas", "2");
    topics.add(new NewTopic(SimulatedGroups.TOPIC, topicId(name, SimulatedGroups.TOPIC), true, replicas(1), configs));
    if (transactional) {
      topics.add(new NewTopic(SimulatedTransactions.TOPIC, topicId(name, SimulatedTransactions.TOPIC), true, replicas(1), configs));
    }
    propose(new CreateTopics(topics));
  }

  boolean has(String topic) {
    return invariants.image().topic(topic) != null;
  }

  /** A client of this cluster. */
  Machine machine(int id) {
    Machine machine = new Machine(id);
    network.add(machine);
    return machine;
  }

  SimulatedNetwork network() {
    return network;
  }

  boolean hasTopic() {
    return invariants.image().topic(TOPIC) != null;
  }

  /** The topic becomes a mirror of the other region's, or none at all. Proposed until it is so. */
  void mirror(Region source) {
    String wanted = source == null ? null : SimulatedMirror.source(source.name, source.topicId(), TOPIC);
    if (isMirror() != (source != null)) {
      propose(new AlterConfigs(List.of(new ConfigChange(ConfigResource.topic(TOPIC), false, List.of(new ConfigEdit(MIRROR,
          source == null ? Operation.DELETE : Operation.SET, wanted, null))))));
      world.after(AGAIN_MICROS, () -> mirror(source));
    }
  }

  /** A copy becomes a topic like any other. Proposed until it is so. */
  void release(String topic) {
    if (invariants.image().config(ConfigResource.topic(topic)).containsKey(MIRROR)) {
      propose(new AlterConfigs(List.of(new ConfigChange(ConfigResource.topic(topic), false, List.of(new ConfigEdit(MIRROR, Operation.DELETE,
          null, null))))));
      world.after(AGAIN_MICROS, () -> release(topic));
    }
  }

  boolean isMirror() {
    return invariants.image().config(ConfigResource.topic(TOPIC)).containsKey(MIRROR);
  }

  private void propose(Command command) {
    for (SimulatedNode node : cluster.nodes()) {
      node.controller().propose(command);
      return;
    }
  }

  void produce(int firstId) {
    for (int p = 0; p < PARTITIONS; p++) {
      producers.add(new SimulatedProducer(network, machine(firstId + p), invariants, new TopicPartition(TOPIC, p), NODES));
    }
    producers.forEach(SimulatedClient::next);
  }

  /** All processes end, and with them their threads. */
  void end() {
    cluster.nodes().forEach(node -> node.process().die());
  }

  /** One node is cut off, and soon another one dies: the first does not know what the second has done last. */
  void divide() {
    int away = (int) world.random(1, NODES + 1);
    cluster.isolate(away, world.random(500_000, 2_500_000));
    world.after(world.random(100_000, 2_000_000), () -> cluster.kill(1 + away % NODES, 2_000_000));
  }

  void suffer() {
    nemesis = new Nemesis(world, cluster, reassigner, CRASHES_AFTER_VOTE);
    nemesis.start();
  }

  void heal() {
    nemesis.end();
    cluster.heal();
  }

  void restore() {
    reassigner.restore();
  }

  void check() {
    invariants.rethrow();
    for (SimulatedNode node : cluster.nodes()) {
      invariants.check(node);
    }
    invariants.rethrow();
  }

  /** Whether all replicas end at an offset, all of it committed. */
  boolean ends(TopicPartition tp, long end) {
    int found = 0;
    for (SimulatedNode node : cluster.nodes()) {
      var replica = node.replication().replica(tp.topic(), tp.partition());
      found += replica != null && replica.highWatermark() == end && replica.log().logEndOffset() == end ? 1 : 0;
    }
    return found == NODES;
  }

  /** What there is when something is missing. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("\n" + name + ": " + Images.text(invariants.image()) + " links " + mirrors);
    for (int p = 0; p < PARTITIONS; p++) {
      for (SimulatedNode node : cluster.nodes()) {
        var replica = node.replication().replica(TOPIC, p);
        text.append("\n  ").append(p).append(" on ").append(node.machine().id).append(replica == null ? " nothing" : " epoch "
            + replica.epoch() + " high watermark " + replica.highWatermark() + " end " + replica.log().logEndOffset());
      }
    }
    return text.toString();
  }
}
