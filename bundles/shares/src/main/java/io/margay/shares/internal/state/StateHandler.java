package io.margay.shares.internal.state;

import io.margay.model.acl.AclOperation;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Message;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.List;

/**
 * Serves a request about the states of share partitions whose coordinator is this broker. Only brokers send such requests.
 *
 * @param <Q> the request
 * @param <A> the response
 * @param <P> what the request says of a partition
 * @param <R> what the response says of a partition
 */
public final class StateHandler<Q extends Message, A extends Message, P, R> implements ApiHandler {
  private static final int ITEM_BYTES = 300;

  private final StateApi<Q, A, P, R> api;
  private final StateCoordinator coordinator;

  private StateHandler(StateApi<Q, A, P, R> api, StateCoordinator coordinator) {
    this.api = api;
    this.coordinator = coordinator;
  }

  /**
   * @param coordinator the share coordinator on this broker
   * @return a handler for each API
   */
  public static List<ApiHandler> of(StateCoordinator coordinator) {
    return List.of(new StateHandler<>(new InitializeApi(), coordinator), new StateHandler<>(new ReadApi(), coordinator),
        new StateHandler<>(new WriteApi(), coordinator), new StateHandler<>(new DeleteApi(), coordinator),
        new StateHandler<>(new SummaryApi(), coordinator));
  }

  @Override
  public Api api() {
    return api.api();
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public Access access() {
    return Access.cluster(AclOperation.CLUSTER_ACTION);
  }

  @Override
  public void handle(Request request) {
    Q query = request.read(api.newRequest());
    List<StateApi.Item<P>> items = api.items(query);
    if (!request.reserve((long) ITEM_BYTES * items.size())) {
      request.respond(api.response(api.failed(items, Errors.COORDINATOR_NOT_AVAILABLE)));
      return;
    }
    coordinator.serve(api, api.groupId(query), items).thenAccept(results -> request.respond(api.response(results)));
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    Q query = api.newRequest();
    try {
      request.read(query);
    } catch (MalformedMessageException e) {
      // then the answer has no partitions
      query = api.newRequest();
    }
    // while the coordinator is being replaced, brokers ask again
    Errors answer = error == Errors.REQUEST_TIMED_OUT ? Errors.COORDINATOR_NOT_AVAILABLE : error;
    return api.response(api.failed(api.items(query), answer));
  }
}
