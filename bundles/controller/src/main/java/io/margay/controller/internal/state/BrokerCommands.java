package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.FoundData;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.UnregisterBroker;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import java.util.Objects;

/** Applies the commands on brokers. */
final class BrokerCommands {
  private BrokerCommands() { }

  /**
   * Registers a broker. The epoch is the index of the command.
   *
   * @return the epoch, a Long, or the {@link Outcome} of a refusal
   */
  static Object register(ClusterState state, RegisterBroker command, long index) {
    String cluster = command.data().clusterId();
    if (!cluster.isEmpty() && !state.clusterId().isEmpty() && !cluster.equals(state.clusterId())) {
      return new Outcome(Errors.INCONSISTENT_CLUSTER_ID, "Broker " + command.id() + " belongs to the cluster " + cluster + ", this is "
          + state.clusterId());
    }
    BrokerImage before = state.brokers().get(command.id());
    Registration known = before == null ? null : state.registrations().get(command.id());
    boolean sameProcess = known != null && command.incarnation().equals(known.incarnation());
    if (before != null && !sameProcess && !before.fenced() && !command.leads()) {
      return new Outcome(Errors.DUPLICATE_BROKER_REGISTRATION, "Another broker with the id " + command.id() + " is registered at "
          + before.endpoints() + " and not known to be gone");
    }
    Registration registration = new Registration(command.incarnation(), command.defaults(),
        sameProcess ? known.found() : command.data().epoch());
    if (sameProcess && before.endpoints().equals(command.endpoints()) && Objects.equals(before.rack(), command.rack())
        && known.equals(registration)) {
      return before.epoch();
    }
    boolean fenced = sameProcess ? before.fenced() : !command.leads();
    boolean leaving = sameProcess && before.shuttingDown();
    state.putBroker(new BrokerImage(command.id(), index, command.endpoints(), command.rack(), fenced, leaving), registration);
    if (!sameProcess) {
      startProcess(state, command, before != null && hasDataOf(command.data(), before, known));
    }
    return index;
  }

  /**
   * Whether a process has the data of the one that is registered: it finds that one's epoch. If that one ended before it learned its epoch,
   * it has done nothing to the data, and what it found is found again.
   */
  private static boolean hasDataOf(FoundData data, BrokerImage before, Registration known) {
    return data.epoch() >= 0 && (data.epoch() == before.epoch() || data.epoch() == known.found());
  }

  /**
   * What a new process of a broker means for its replicas. Where the end of a log may be lost, the replica is no longer in sync, unless
   * it is the only one. A broker that is not fenced leads what it led before, in a new epoch: what it had not written to the disk may be
   * lost, and the new leader epoch lets readers find out.
   */
  private static void startProcess(ClusterState state, RegisterBroker command, boolean sameData) {
    BrokerId id = command.id();
    TopicRules topics = new TopicRules(state);
    state.changePartitions((topic, p) -> {
      if (!p.replicas().contains(id)) {
        return p;
      }
      boolean kept = sameData && (topics.flushed(topic, command.defaults())
          || command.data().kept().contains(topics.engine(topic, command.defaults())));
      PartitionImage safe = kept ? p : Elections.lose(p, id, topics.of(topic));
      return safe.leader().equals(id) ? Elections.lead(safe, id) : Elections.elect(safe, topics.of(topic));
    });
  }

  /** Takes leadership from a broker that is not reachable. */
  static Outcome fence(ClusterState state, BrokerId id, long epoch) {
    BrokerImage before = state.brokers().get(id);
    Outcome refusal = refusal(before, epoch);
    if (refusal != null || before.fenced()) {
      return refusal == null ? Outcome.OK : refusal;
    }
    state.putBroker(new BrokerImage(id, epoch, before.endpoints(), before.rack(), true, before.shuttingDown()),
        state.registrations().get(id));
    TopicRules topics = new TopicRules(state);
    state.changePartitions((topic, p) -> p.replicas().contains(id) ? Elections.leave(p, id, topics.of(topic)) : p);
    return Outcome.OK;
  }

  /** A broker may lead and be in sync from now on. */
  static Outcome unfence(ClusterState state, BrokerId id, long epoch) {
    BrokerImage before = state.brokers().get(id);
    Outcome refusal = refusal(before, epoch);
    if (refusal != null || !before.fenced()) {
      return refusal == null ? Outcome.OK : refusal;
    }
    state.putBroker(new BrokerImage(id, epoch, before.endpoints(), before.rack(), false, before.shuttingDown()),
        state.registrations().get(id).confirmed());
    TopicRules topics = new TopicRules(state);
    state.changePartitions((topic, p) ->
        p.leader().equals(BrokerId.NONE) && p.replicas().contains(id) ? Elections.elect(p, topics.of(topic)) : p);
    return Outcome.OK;
  }

  /** A broker is stopping: other brokers lead from now on, as far as there are any. */
  static Outcome shutDown(ClusterState state, BrokerId id, long epoch) {
    BrokerImage before = state.brokers().get(id);
    Outcome refusal = refusal(before, epoch);
    if (refusal != null || before.shuttingDown()) {
      return refusal == null ? Outcome.OK : refusal;
    }
    state.putBroker(new BrokerImage(id, epoch, before.endpoints(), before.rack(), before.fenced(), true),
        state.registrations().get(id));
    TopicRules topics = new TopicRules(state);
    state.changePartitions((topic, p) -> p.replicas().contains(id) ? Elections.handOver(p, id, topics.of(topic)) : p);
    return Outcome.OK;
  }

  private static Outcome refusal(BrokerImage broker, long epoch) {
    if (broker == null) {
      return Outcome.of(Errors.BROKER_ID_NOT_REGISTERED);
    }
    return broker.epoch() == epoch ? null : Outcome.of(Errors.STALE_BROKER_EPOCH);
  }

  static Outcome unregister(ClusterState state, UnregisterBroker command) {
    if (!state.brokers().containsKey(command.id())) {
      return new Outcome(Errors.BROKER_ID_NOT_REGISTERED, "Broker ID " + command.id() + " is not currently registered");
    }
    long held = state.topics().values().stream().flatMap(t -> t.partitions().stream())
        .filter(p -> p.replicas().contains(command.id())).count();
    if (held > 0) {
      return new Outcome(Errors.INVALID_REQUEST, "Broker " + command.id() + " holds replicas of " + held
          + " partition(s): move them to other brokers first");
    }
    state.removeBroker(command.id());
    return Outcome.OK;
  }
}
