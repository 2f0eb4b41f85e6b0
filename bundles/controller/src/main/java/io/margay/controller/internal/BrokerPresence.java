package io.margay.controller.internal;

import io.margay.controller.internal.session.BrokerHistory;
import io.margay.controller.internal.session.BrokerLink;
import io.margay.controller.internal.session.BrokerRegistration;
import io.margay.controller.internal.session.LeaderBalancer;
import io.margay.controller.internal.session.ProcessProbe;
import io.margay.controller.internal.session.SessionKeeper;
import io.margay.controller.internal.session.SessionLimits;
import io.margay.controller.internal.session.SessionSettings;
import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.FoundData;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.ElectionSettings;
import io.margay.controller.internal.state.MetadataStateMachine;
import io.margay.controller.internal.state.Registration;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.Scheduler;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.log.LogDefaults;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * This broker in the cluster, and the cluster's brokers seen from here: connects registration, link and sessions with the metadata log.
 * Safe for all threads.
 */
public final class BrokerPresence implements MetadataStateMachine.Watcher, AutoCloseable {
  /** What it needs from the node. */
  public interface Node {
    /** @return connects to other brokers; null while nothing can */
    RemoteClient client();

    /** @return names of the storage engines that still have everything that was appended before this process */
    List<String> keptEngines();

    /** @return the registration that a process with these data had last */
    BrokerHistory.Entry before();

    /** Stores this process's registration. */
    void onRegistered(BrokerHistory.Entry entry);

    /**
     * Makes another voter lead the metadata log.
     *
     * @param active whether the broker of a node is active
     * @return completes when it leads; at once when there is no other voter
     */
    CompletionStage<Void> handOverLead(Predicate<BrokerId> active);

    /** Ends the process, because it cannot take part in the cluster. */
    void fatal(String why);
  }

  /**
   * Time and the node.
   *
   * @param clock measures sessions
   * @param scheduler runs their timers
   * @param node the node
   */
  public record Outside(Clock clock, Scheduler scheduler, Node node) { }

  /** Names of the settings that are part of a registration, besides those of listeners. */
  static final Set<String> REGISTERED_SETTINGS = Set.of(ControllerSettings.BROKER_RACK.name(), LogDefaults.MIN_INSYNC_REPLICAS.name(),
      ElectionSettings.UNCLEAN_LEADER_ELECTION_ENABLE_DEFAULT.name(), LogDefaults.MARGAY_FLUSH_POLICY.name(),
      LogDefaults.MARGAY_STORAGE_ENGINE.name());

  private final MetadataLog log;
  private final NodeSettings settings;
  private final Outside outside;
  private final Function<Command, CompletionStage<Object>> propose;
  private final SessionKeeper sessions;
  private final BrokerLink link;
  private final LeaderBalancer balancer;
  private final BrokerRegistration registration;
  // The same for all activations in one process, so that a replaced bundle is no new leader of the partitions.
  private final UUID incarnation;
  private volatile BrokerHistory.Entry before;
  private volatile String clusterId = "";
  private volatile SortedMap<BrokerId, BrokerImage> brokers = Collections.emptySortedMap();

  BrokerPresence(MetadataLog log, NodeSettings settings, Outside outside, Function<Command, CompletionStage<Object>> propose) {
    this.log = log;
    this.settings = settings;
    this.outside = outside;
    this.propose = propose;
    BrokerId self = settings.nodeId();
    Supplier<SessionLimits> limits = () -> SessionLimits.of(settings);
    this.sessions = new SessionKeeper(self, outside.clock(), outside.scheduler(), limits, propose,
        new ProcessProbe(outside.node()::client, settings.interBrokerListener())::isGone);
    this.sessions.onReachable(false);
    this.balancer = new LeaderBalancer(settings, outside.scheduler(), propose);
    this.registration = new BrokerRegistration(self, outside.clock(), outside.scheduler(), new RegistrationPorts(),
        ControllerRuntime::error, this::onRegistered);
    ProcessHandle process = ProcessHandle.current();
    String start = process.pid() + "@" + process.info().startInstant().map(Object::toString).orElse("")
        + System.getProperty("margay.process.id", "");
    this.incarnation = UUID.nameUUIDFromBytes(start.getBytes(StandardCharsets.UTF_8));
    this.link = new BrokerLink(new BrokerLink.Ports(self, settings.interBrokerListener(), outside.clock(), outside.scheduler(),
        outside.node()::client, limits, sessions), incarnation);
  }

  private final class RegistrationPorts implements BrokerRegistration.Ports {
    @Override
    public RegisterBroker command(List<Endpoint> endpoints) {
      if (before == null) {
        before = outside.node().before();
      }
      // Only replicas of other brokers make it matter, and a single node should not wait for its engines. A node that was registered
      // before may know no broker yet, because it has not seen the metadata again.
      boolean alone = brokers.keySet().equals(Set.of(settings.nodeId())) || brokers.isEmpty() && before.epoch() < 0;
      List<String> kept = alone ? List.of() : outside.node().keptEngines();
      return new RegisterBroker(settings.nodeId(), incarnation, endpoints, settings.get(ControllerSettings.BROKER_RACK),
          log.isLeader(), new FoundData(before.clusterId(), before.epoch(), kept),
          new Registration.Defaults(settings.get(LogDefaults.MIN_INSYNC_REPLICAS),
              settings.get(ElectionSettings.UNCLEAN_LEADER_ELECTION_ENABLE_DEFAULT),
              settings.get(LogDefaults.MARGAY_FLUSH_POLICY).equals("ack"), settings.get(LogDefaults.MARGAY_STORAGE_ENGINE)));
    }

    @Override
    public CompletionStage<Object> propose(RegisterBroker command) {
      return propose.apply(command);
    }

    @Override
    public void fatal(String why) {
      outside.node().fatal(why);
    }

    @Override
    public long sessionMs() {
      return settings.get(SessionSettings.BROKER_SESSION_TIMEOUT_MS);
    }
  }

  private void onRegistered(long epoch) {
    // first: a broker that reports shows that its next process finds this epoch
    outside.node().onRegistered(new BrokerHistory.Entry(epoch, clusterId));
    link.onRegistered(epoch);
  }

  void advertise(List<Endpoint> advertised) {
    registration.advertise(advertised);
  }

  boolean registered() {
    return registration.registered();
  }

  CompletionStage<Void> whenRegistered() {
    return registration.whenRegistered();
  }

  CompletionStage<Void> whenActive() {
    return registration.whenActive();
  }

  SessionKeeper sessions() {
    return sessions;
  }

  /**
   * Hands leaderships over before this node stops, at last that of the metadata log.
   *
   * @return completes when other brokers lead what they can; at once where there are no others, or the setting says so
   */
  CompletionStage<Void> shutDown() {
    boolean others = brokers.values().stream().anyMatch(b -> b.active() && !b.id().equals(settings.nodeId()));
    if (!others || !settings.get(SessionSettings.CONTROLLED_SHUTDOWN_ENABLE)) {
      return CompletableFuture.completedStage(null);
    }
    return link.shutDown().thenCompose(v -> log.isLeader() ? outside.node().handOverLead(id -> {
      BrokerImage broker = brokers.get(id);
      return broker != null && broker.active();
    }) : CompletableFuture.completedStage(null));
  }

  /** All publishers have seen an image. */
  void onImage(ClusterImage image) {
    clusterId = image.clusterId();
    link.onPublished(image.offset());
    registration.onImage(image);
    balancer.onImage(image);
  }

  @Override
  public void onBrokers(SortedMap<BrokerId, BrokerImage> now, long offset) {
    boolean changed = now != brokers;
    brokers = now;
    sessions.onBrokers(now, offset);
    if (changed) {
      link.onBrokers(now);
    }
  }

  @Override
  public void onLeader(BrokerId leader, boolean self) {
    sessions.onLeader(self);
    balancer.onLeader(self);
    link.onController(leader);
  }

  @Override
  public void close() {
    registration.close();
    balancer.close();
    link.close();
    sessions.close();
  }
}
