package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.FakePlacers;
import io.margay.controller.internal.OtherSettings;
import io.margay.controller.internal.InMemoryLog;
import io.margay.controller.internal.LoneNode;
import io.margay.model.Endpoint;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A controller of one broker, number 1, with two listeners. */
@Timeout(30)
abstract class HandlerTest {
  static final List<Endpoint> ENDPOINTS =
      List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "broker.test", 9092), new Endpoint("EXTERNAL", "SSL", "out.test", 19092));

  final FakeSettings settings = OtherSettings.known();
  final InMemoryLog log = new InMemoryLog();
  ControllerRuntime controller;

  @BeforeEach
  void startController() throws Exception {
    controller = new ControllerRuntime(log, settings, FakePlacers.installed(), FakePlacers.partitioners(), LoneNode.outside());
    controller.start();
    controller.register(ENDPOINTS);
    // A command behind the registration: when it is answered, that one has been published.
    controller.allocateProducerIds().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @AfterEach
  void stopController() {
    controller.close();
  }

  static CompletableFuture<byte[]> send(ApiHandler handler, int version, Message message, String listener) {
    FakeRequest request = new FakeRequest(handler.api(), message, version).listener(listener);
    handler.handle(request);
    request.runLoop();
    return request.bytes();
  }

  static <R extends Message> R ask(ApiHandler handler, int version, Message message, Supplier<R> type) throws Exception {
    return ask(handler, version, message, type, "PLAINTEXT");
  }

  static <R extends Message> R ask(ApiHandler handler, int version, Message message, Supplier<R> type, String listener)
      throws Exception {
    return Messages.read(type, send(handler, version, message, listener).get(60, TimeUnit.SECONDS), (short) version);
  }

  Errors createTopic(String name, int partitions, Map<String, String> configs) throws Exception {
    return controller.createTopic(name, partitions, 1, configs, false).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  void createTopic(String name, int partitions) throws Exception {
    Errors error = createTopic(name, partitions, Map.of());
    if (error != Errors.NONE) {
      throw new IllegalStateException(name + ": " + error);
    }
  }
}
