package io.margay.simulation;

import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.groups.internal.SimulatedGroups;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.transactions.internal.SimulatedTransactions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** One run of a cluster under a seed: it starts, suffers, recovers, and is compared. */
final class Simulation {
  private static final int NODES = 3;
  private static final String TOPIC = "t";
  private static final UUID TOPIC_ID = new UUID(0x5EED, 1);
  private static final UUID OFFSETS_ID = new UUID(0x5EED, 2);
  private static final UUID TRANSACTIONS_ID = new UUID(0x5EED, 3);
  private static final int PARTITIONS = 2;
  /** Written to by transactions alone. */
  private static final Topic TRANSACTIONAL = new Topic("x", new UUID(0x5EED, 4), 2);
  /** Of each partition: what two of them have sent may be in another order in the next leader's log. */
  private static final int PRODUCERS = 2;
  private static final long START_MICROS = 60_000_000;
  private static final long FAULTS_MICROS = 20_000_000;
  private static final long RECOVERY_MICROS = 60_000_000;
  private static final int MORE_BATCHES = 5;
  /** Of a thousand votes. Two candidates of one term are rare, so their flaw is looked for with more of them. */
  private static final int CRASHES_AFTER_VOTE = 200;
  private static final int MANY_CRASHES_AFTER_VOTE = 700;

  /** A topic. */
  record Topic(String name, UUID id, int partitions) { }

  private final World world;
  private final SimulatedNetwork network;
  private final Invariants invariants;
  private final SimulatedCluster cluster;
  private final Reassigner reassigner;
  private final List<SimulatedProducer> producers = new ArrayList<>();
  private final List<SimulatedConsumer> consumers = new ArrayList<>();
  private final List<SimulatedCommitter> committers = new ArrayList<>();
  private final List<SimulatedTransactor> transactors = new ArrayList<>();
  private final List<CommittedConsumer> committed = new ArrayList<>();
  private CommittedOffset offset;
  private final GroupWorkload groups;
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final Flaw flaw;
  private final Map<SimulatedClient, Integer> before = new HashMap<>();

  Simulation(long seed, Flaw flaw) {
    this.world = new World(seed);
    this.network = new SimulatedNetwork(world);
    this.invariants = new Invariants(world);
    this.flaw = flaw;
    this.groups = flaw.grouped() ? new GroupWorkload(world, invariants) : null;
    Map<String, String> settings = new HashMap<>(Map.of("broker.session.timeout.ms", "3000",
        "broker.heartbeat.interval.ms", "500", "replica.lag.time.max.ms", "3000", "replica.socket.timeout.ms", "2000",
        "log.cleaner.enable", "false", "leader.imbalance.check.interval.seconds", "5", "inter.broker.listener.name",
        SimulatedNetwork.LISTENER));
    settings.putAll(flaw.grouped() ? GroupWorkload.SETTINGS : Map.of());
    this.cluster = new SimulatedCluster(network, invariants, flaw, NODES, settings);
    this.reassigner = new Reassigner(world, cluster, invariants);
  }

  /** Runs it. @return identifies everything that happened */
  String run() {
    try {
      perform();
      return world.trace().fingerprint();
    } catch (BrokenInvariantException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      throw invariants.broken("no step throws an exception", e.toString(), e);
    }
  }

  long acknowledged() {
    return producers.stream().mapToLong(SimulatedProducer::acknowledged).sum();
  }

  /** The members of groups; null when there are none. */
  GroupWorkload groups() {
    return groups;
  }

  private void perform() {
    for (int id = 1; id <= NODES; id++) {
      int node = id;
      world.after(world.random(0, 500_000), () -> cluster.start(node));
    }
    until("the cluster starts", START_MICROS, () -> active() == NODES);
    createTopic();
    until("the topic is there", START_MICROS, () -> topic() != null);
    startClients();
    Nemesis nemesis = new Nemesis(world, cluster, reassigner, flaw == Flaw.UNSYNCED_VOTE ? MANY_CRASHES_AFTER_VOTE : CRASHES_AFTER_VOTE);
    nemesis.start();
    pass(FAULTS_MICROS);
    nemesis.end();
    cluster.heal();
    reassigner.restore();
    producers.forEach(p -> before.put(p, p.acknowledged()));
    committers.forEach(c -> before.put(c, c.commits()));
    if (groups != null) {
      groups.healed();
    }
    int commits = invariants.transactions().commits();
    long committedOffset = offset == null ? 0 : offset.last();
    until("all brokers are active, all replicas in sync, and writes succeed", RECOVERY_MICROS,
        () -> recovered() && (groups == null || groups.recovered()) && (!flaw.transactional() || invariants.transactions().commits() >= commits + MORE_BATCHES
            && offset.last() > committedOffset));
    producers.forEach(SimulatedClient::end);
    committers.forEach(SimulatedClient::end);
    transactors.forEach(SimulatedClient::end);
    if (groups != null) {
      endGroups();
    }
    until("all replicas and consumers have all records", RECOVERY_MICROS, this::equal);
    consumers.forEach(SimulatedClient::end);
    committed.forEach(SimulatedClient::end);
    if (flaw.transactional()) {
      int reads = offset.reads();
      until("the offset can be read", RECOVERY_MICROS, () -> offset.reads() > reads + 1);
      offset.end();
      invariants.transactions().checkEnd(offset.last());
    }
  }

  private void endGroups() {
    long end = world.nowMicros() + RECOVERY_MICROS;
    while (!groups.done() && world.step(end)) {
      check();
    }
    groups.failUnlessDone();
    groups.end();
  }

  private long active() {
    return invariants.image().brokers().values().stream().filter(BrokerImage::active).count();
  }

  private TopicImage topic() {
    return invariants.image().topic(TOPIC);
  }

  private void createTopic() {
    Map<String, String> configs = new HashMap<>(Map.of("min.insync.replicas", "2"));
    if (flaw == Flaw.ELECTION_OUTSIDE_ISR) {
      configs.put("unclean.leader.election.enable", "true");
    }
    List<NewTopic> topics = new ArrayList<>(List.of(new NewTopic(TOPIC, TOPIC_ID, false, replicas(PARTITIONS), configs),
        new NewTopic(SimulatedGroups.TOPIC, OFFSETS_ID, true, replicas(1), configs)));
    if (flaw.transactional()) {
      topics.add(new NewTopic(SimulatedTransactions.TOPIC, TRANSACTIONS_ID, true, replicas(1), configs));
      topics.add(new NewTopic(TRANSACTIONAL.name(), TRANSACTIONAL.id(), false, replicas(TRANSACTIONAL.partitions()), configs));
    }
    if (groups != null) {
      topics.addAll(groups.topics(Simulation::replicas, configs));
    }
    Command command = new CreateTopics(topics);
    cluster.nodes().iterator().next().controller().propose(command);
    if (groups != null) {
      cluster.nodes().iterator().next().controller().propose(GroupWorkload.fromTheStart());
    }
  }

  private static List<List<BrokerId>> replicas(int partitions) {
    List<List<BrokerId>> replicas = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      List<BrokerId> some = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        some.add(new BrokerId(1 + (p + i) % NODES));
      }
      replicas.add(some);
    }
    return replicas;
  }

  private void startClients() {
    partitions.add(new TopicPartition(SimulatedGroups.TOPIC, 0));
    for (int p = 0; p < PARTITIONS; p++) {
      TopicPartition tp = new TopicPartition(TOPIC, p);
      partitions.add(tp);
      for (int i = 1; i <= PRODUCERS; i++) {
        producers.add(new SimulatedProducer(network, client(100 * i + p), invariants, tp, NODES));
      }
      consumers.add(new SimulatedConsumer(network, client(1000 + p), invariants, tp, NODES));
    }
    if (flaw.transactional()) {
      startTransactions();
    }
    if (groups != null) {
      partitions.addAll(GroupWorkload.partitions());
      producers.add(new SimulatedProducer(network, client(500), invariants, GroupWorkload.sharedPartition(), NODES));
      groups.start(network, this::client, NODES);
    }
    partitions.forEach(invariants::records);
    committers.add(new SimulatedCommitter(network, client(2000), invariants, TOPIC, TOPIC_ID, NODES));
    producers.forEach(SimulatedClient::next);
    committers.forEach(SimulatedClient::next);
    consumers.forEach(SimulatedClient::next);
  }

  /** Two producers compete for a transactional id; a third has one of its own. */
  private void startTransactions() {
    partitions.add(new TopicPartition(SimulatedTransactions.TOPIC, 0));
    for (int i = 0; i < 3; i++) {
      transactors.add(new SimulatedTransactor(network, client(3000 + i), invariants, i < 2 ? "shared" : SimulatedTransactor.OWN_ID, TRANSACTIONAL, NODES));
    }
    for (int p = 0; p < TRANSACTIONAL.partitions(); p++) {
      TopicPartition tp = new TopicPartition(TRANSACTIONAL.name(), p);
      partitions.add(tp);
      committed.add(new CommittedConsumer(network, client(4000 + p), invariants, tp, NODES));
    }
    offset = new CommittedOffset(network, client(5000), invariants, TRANSACTIONAL, NODES);
    offset.next();
    transactors.forEach(SimulatedClient::next);
    committed.forEach(SimulatedClient::next);
  }

  private Machine client(int id) {
    Machine machine = new Machine(id);
    network.add(machine);
    return machine;
  }

  private boolean recovered() {
    return active() == NODES && partitions.stream().allMatch(this::whole)
        && producers.stream().allMatch(p -> p.acknowledged() >= before.get(p) + MORE_BATCHES)
        && committers.stream().allMatch(c -> c.commits() >= before.get(c) + MORE_BATCHES);
  }

  private boolean whole(TopicPartition tp) {
    PartitionImage partition = invariants.image().partition(tp);
    return partition.isr().size() == NODES && reassigner.whole(partition);
  }

  /** Whether all replicas and consumers have all. */
  private boolean equal() {
    for (SimulatedConsumer consumer : consumers) {
      if (consumer.position() < invariants.records(consumer.tp).acknowledgedEnd()) {
        return false;
      }
    }
    for (CommittedConsumer consumer : committed) {
      if (consumer.position() < highestEnd(consumer.tp)) {
        return false;
      }
    }
    for (TopicPartition tp : partitions) {
      PartitionRecords records = invariants.records(tp);
      for (SimulatedNode node : cluster.nodes()) {
        var replica = node.replication().replica(tp.topic(), tp.partition());
        if (replica == null || replica.highWatermark() < records.acknowledgedEnd()
            || replica.highWatermark() != replica.log().logEndOffset()) {
          return false;
        }
      }
    }
    return true;
  }

  /** The end of the longest log: consumers of transactions reach it when none is open. */
  private long highestEnd(TopicPartition tp) {
    long end = 0;
    for (SimulatedNode node : cluster.nodes()) {
      var replica = node.replication().replica(tp.topic(), tp.partition());
      end = replica == null ? Long.MAX_VALUE : Math.max(end, replica.log().logEndOffset());
    }
    return end;
  }

  /** What there is when something is missing. */
  private String state() {
    StringBuilder text = new StringBuilder(Images.text(invariants.image()));
    for (TopicPartition tp : partitions) {
      text.append('\n').append(tp).append(": acknowledged ").append(invariants.records(tp).acknowledgedEnd());
      for (SimulatedNode node : cluster.nodes()) {
        var replica = node.replication().replica(tp.topic(), tp.partition());
        text.append(", node ").append(node.machine().id).append(replica == null ? " nothing" : " epoch " + replica.epoch() + " high watermark "
            + replica.highWatermark() + " end " + replica.log().logEndOffset());
      }
    }
    text.append(groups == null ? "" : "\n" + groups);
    consumers.forEach(consumer -> text.append('\n').append(consumer).append(" at ").append(consumer.position()));
    committed.forEach(consumer -> text.append('\n').append(consumer).append(" at ").append(consumer.position()));
    transactors.forEach(transactor -> text.append('\n').append(transactor).append(" has committed ").append(transactor.commits()));
    return text.toString();
  }

  private void pass(long micros) {
    long end = world.nowMicros() + micros;
    while (world.step(end)) {
      check();
    }
  }

  private void until(String what, long withinMicros, BooleanSupplier condition) {
    long end = world.nowMicros() + withinMicros;
    while (!condition.getAsBoolean()) {
      if (!world.step(end)) {
        invariants.fail(Invariants.PROGRESS, "not within %d s: %s; %s", withinMicros / 1_000_000, what, state());
      }
      check();
    }
  }

  private void check() {
    invariants.rethrow();
    for (SimulatedNode node : cluster.nodes()) {
      invariants.check(node);
    }
    invariants.rethrow();
  }
}
