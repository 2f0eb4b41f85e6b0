package io.margay.simulation;

import io.margay.mirror.internal.SimulatedLink;
import io.margay.controller.internal.BrokerPresence;
import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.SimulatedController;
import io.margay.controller.internal.handlers.SimulatedHandlers;
import io.margay.controller.internal.session.BrokerHistory;
import io.margay.groups.internal.SimulatedGroups;
import io.margay.log.internal.SimulatedLogs;
import io.margay.model.BrokerId;
import io.margay.replication.internal.SimulatedReplication;
import io.margay.shares.internal.SimulatedShares;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.log.Logs;
import io.margay.spi.partition.TransactionVerifier;
import io.margay.spi.storage.StorageEngine;
import io.margay.transactions.internal.SimulatedTransactions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A process of a broker: the real controller, replication and logs, put together as the container does it. */
final class SimulatedNode implements BrokerPresence.Node {
  private final SimulatedProcess process;
  private final Machine machine;
  private final FakeSettings settings;
  private final StorageEngine engine;
  private final RemoteClient client;
  private final Invariants invariants;
  private final ControllerRuntime controller;
  private final SimulatedReplication replication;
  private final Map<Short, ApiHandler> handlers = new HashMap<>();

  SimulatedNode(SimulatedNetwork network, Machine machine, Invariants invariants, Flaw flaw, Map<String, String> settings, int nodes) {
    this.process = new SimulatedProcess(network.world(), machine);
    this.machine = machine;
    this.invariants = invariants;
    this.client = flaw == Flaw.NO_EPOCH_CHECK ? new EpochlessClient(network.client(process)) : network.client(process);
    FakeSettings own = new FakeSettings().nodeId(new BrokerId(machine.id)).define(SimulatedLink.settings());
    settings.forEach(own::with);
    this.settings = own;
    this.engine = machine.disk.engine(process);
    Logs logs = SimulatedLogs.create(own, process, process,
        (what, cause) -> invariants.fail("no fault of a disk", "%s: %s", what, cause), engine, process::thread);
    SimulatedQuorum quorum = new SimulatedQuorum(network, process, invariants, flaw, nodes);
    System.setProperty("margay.process.id", machine.id + "-" + network.world().nowMicros());
    this.controller = SimulatedController.create(quorum, own, new BrokerPresence.Outside(process, process, this), process.thread());
    FlawedController asked = new FlawedController(controller, flaw);
    this.replication = new SimulatedReplication(flawed(logs, flaw), own, process, process,
        process::thread, asked);
    asked.publishTo(replication);
    replication.setClient(client);
    SimulatedGroups groups = new SimulatedGroups(own, controller, process, process, process.thread(),
        writer -> flaw == Flaw.EARLY_ASSIGNMENT ? HastyWriter.of(writer) : writer);
    SimulatedTransactions transactions = new SimulatedTransactions(own, controller, process, process.thread(), client,
        writer -> flaw == Flaw.EARLY_DECISION ? HastyWriter.of(writer) : writer);
    TransactionVerifier verifier = flaw == Flaw.TRUSTED_PRODUCERS ? new TrustingVerifier(transactions.verifier()) : transactions.verifier();
    replication.addListener(groups);
    if (flaw.transactional()) {
      groups.setVerifier(verifier);
      transactions.addWriter(groups);
      replication.addListener(transactions);
      controller.addPublisher(transactions, 0);
      transactions.start(process);
    }
    if (flaw.grouped()) {
      SimulatedShares shares = new SimulatedShares(own, controller, process, process.thread(), client,
          writer -> flaw == Flaw.EARLY_CONFIRMATION ? HastyWriter.of(writer) : writer);
      groups.setStates(shares.states());
      replication.addListener(shares);
      controller.addPublisher(shares, 0);
      shares.handlers().forEach(handler -> handlers.put(handler.api().key(), FlawedHandler.of(handler, flaw)));
    }
    for (List<ApiHandler> some : List.of(SimulatedHandlers.of(controller), replication.handlers(verifier), groups.handlers(),
        transactions.handlers())) {
      some.forEach(handler -> handlers.put(handler.api().key(), FlawedHandler.of(handler, flaw)));
    }
    controller.addPublisher(asked, 1);
    controller.addPublisher(groups, 0);
    controller.start();
    network.serve(process, handlers, message -> message.accept(quorum));
    quorum.start();
    controller.sessions().onReachable(true);
    controller.register(List.of(SimulatedNetwork.endpoint(machine.id)));
  }

  private static Logs flawed(Logs logs, Flaw flaw) {
    return switch (flaw) {
      case CUT_TO_HIGH_WATERMARK -> CuttingLogs.of(logs);
      case REPLACED_IN_EPOCH -> SameEpochLogs.of(logs);
      default -> logs;
    };
  }

  SimulatedProcess process() {
    return process;
  }

  Machine machine() {
    return machine;
  }

  FakeSettings settings() {
    return settings;
  }

  ControllerRuntime controller() {
    return controller;
  }

  /** What serves an API. */
  ApiHandler handler(short api) {
    return handlers.get(api);
  }

  SimulatedReplication replication() {
    return replication;
  }

  @Override
  public RemoteClient client() {
    return client;
  }

  @Override
  public List<String> keptEngines() {
    return engine.kept() ? List.of(engine.name()) : List.of();
  }

  @Override
  public BrokerHistory.Entry before() {
    return machine.history;
  }

  @Override
  public void onRegistered(BrokerHistory.Entry entry) {
    machine.history = entry;
  }

  @Override
  public CompletionStage<Void> handOverLead(Predicate<BrokerId> active) {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void fatal(String why) {
    invariants.fail("no broker gives up", "%d: %s", machine.id, why);
  }
}
