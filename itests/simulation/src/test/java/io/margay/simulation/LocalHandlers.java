package io.margay.simulation;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.spi.client.LocalClient;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import java.util.concurrent.CompletionStage;

/** Sends requests to the handlers of a node, from inside of it. */
final class LocalHandlers implements LocalClient {
  private final SimulatedNode node;

  LocalHandlers(SimulatedNode node) {
    this.node = node;
  }

  @Override
  public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
    ApiHandler handler = node.handler(api.key());
    short version = api.latestVersionUnstable() ? (short) (api.highest() - 1) : api.highest();
    FakeRequest sent = new FakeRequest(api, request, version).listener(SimulatedNetwork.LISTENER)
        .in(task -> node.process().run(0, task), node.process()::nanos);
    handler.handle(sent);
    return Awaited.of(sent.bytes().thenApply(bytes -> {
      response.read(new MessageReader(bytes), version);
      return response;
    }));
  }
}
