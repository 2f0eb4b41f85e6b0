package io.margay.shares.internal.remote;

import io.margay.coordinator.AllShards;
import io.margay.coordinator.Brokers;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteShareGroupStateRequest;
import io.margay.protocol.message.DeleteShareGroupStateResponse;
import io.margay.protocol.message.InitializeShareGroupStateRequest;
import io.margay.protocol.message.InitializeShareGroupStateResponse;
import io.margay.protocol.message.ReadShareGroupStateSummaryRequest;
import io.margay.protocol.message.ReadShareGroupStateSummaryResponse;
import io.margay.shares.internal.state.DeleteApi;
import io.margay.shares.internal.state.InitializeApi;
import io.margay.shares.internal.state.StateApi;
import io.margay.shares.internal.state.StateCoordinator;
import io.margay.shares.internal.state.StateKey;
import io.margay.shares.internal.state.SummaryApi;
import io.margay.spi.share.ShareStates;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Brings requests about share states to the coordinators of their partitions: on this broker without a detour, on others over a connection each.
 * Safe for all threads; no stage fails.
 */
public final class StateRouter implements ShareStates, AutoCloseable {
  private final StateCoordinator local;
  private final Coordinators coordinators;
  /** Its own, because answers come in order: one about letters may take long. */
  private final BrokerLinks links;
  private final InitializeApi initializeApi = new InitializeApi();
  private final DeleteApi deleteApi = new DeleteApi();
  private final SummaryApi summaryApi = new SummaryApi();

  /** Where the coordinators are. */
  public interface Coordinators {
    /** @return the broker that coordinates a share partition; {@link BrokerId#NONE} when there is none now */
    BrokerId coordinatorOf(StateKey key);

    /** @return completes when the topic of states is there, or cannot be created now */
    CompletionStage<?> created();
  }

  /**
   * @param local the coordinator on this broker
   * @param coordinators finds coordinators
   * @param brokers how others are reached
   */
  public StateRouter(StateCoordinator local, Coordinators coordinators, Brokers brokers) {
    this.local = local;
    this.coordinators = coordinators;
    this.links = new BrokerLinks(brokers);
  }

  @Override
  public CompletionStage<InitializeShareGroupStateResponse> initialize(InitializeShareGroupStateRequest request) {
    return coordinators.created().thenCompose(there -> ask(initializeApi, request));
  }

  @Override
  public CompletionStage<DeleteShareGroupStateResponse> delete(DeleteShareGroupStateRequest request) {
    return ask(deleteApi, request);
  }

  @Override
  public CompletionStage<ReadShareGroupStateSummaryResponse> summarize(ReadShareGroupStateSummaryRequest request) {
    return ask(summaryApi, request);
  }

  private <Q extends Message, A extends Message, P, R> CompletionStage<A> ask(StateApi<Q, A, P, R> api, Q request) {
    return ask(api, api.groupId(request), api.items(request)).thenApply(api::response);
  }

  /**
   * Asks for any partitions of a group.
   *
   * @return an answer for each
   */
  public <Q extends Message, A extends Message, P, R> CompletableFuture<List<StateApi.Item<R>>> ask(StateApi<Q, A, P, R> api, String groupId,
      List<StateApi.Item<P>> items) {
    Map<BrokerId, List<StateApi.Item<P>>> byBroker = new LinkedHashMap<>();
    for (StateApi.Item<P> item : items) {
      BrokerId broker = coordinators.coordinatorOf(new StateKey(groupId, item.topicId(), item.partition()));
      byBroker.computeIfAbsent(broker, b -> new ArrayList<>()).add(item);
    }
    List<CompletableFuture<List<StateApi.Item<R>>>> parts = new ArrayList<>();
    byBroker.forEach((broker, some) -> parts.add(onBroker(broker, api, groupId, some)));
    return parts.size() == 1 ? parts.get(0) : AllShards.joined(parts);
  }

  private <Q extends Message, A extends Message, P, R> CompletableFuture<List<StateApi.Item<R>>> onBroker(BrokerId broker,
      StateApi<Q, A, P, R> api, String groupId, List<StateApi.Item<P>> items) {
    if (broker.equals(links.self())) {
      return local.serve(api, groupId, items);
    }
    if (broker.equals(BrokerId.NONE)) {
      return CompletableFuture.completedFuture(api.failed(items, Errors.COORDINATOR_NOT_AVAILABLE));
    }
    return links.send(broker, api.api(), api.request(groupId, items), api.newResponse(), api::results)
        .exceptionally(e -> api.failed(items, Errors.COORDINATOR_NOT_AVAILABLE)).toCompletableFuture();
  }

  @Override
  public void close() {
    links.close();
  }
}
