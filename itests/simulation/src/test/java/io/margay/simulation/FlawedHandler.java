package io.margay.simulation;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.ShareFetchRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;

/** Plants flaws into coordinators by changing what they read in requests. */
final class FlawedHandler implements ApiHandler {
  private static final byte ACCEPT = 1;
  private static final byte RELEASE = 2;

  private final ApiHandler handler;
  private final Consumer<Message> change;

  private FlawedHandler(ApiHandler handler, Consumer<Message> change) {
    this.handler = handler;
    this.change = change;
  }

  /** The handler, or one with the flaw where it belongs into it. */
  static ApiHandler of(ApiHandler handler, Flaw flaw) {
    if (flaw == Flaw.UNHEARD_OWNERS && handler.api().key() == ConsumerGroupHeartbeatRequest.API.key()) {
      return new FlawedHandler(handler, message -> {
        ConsumerGroupHeartbeatRequest request = (ConsumerGroupHeartbeatRequest) message;
        if (request.memberEpoch() >= 0) {
          request.setTopicPartitions(List.of());
        }
      });
    }
    if (flaw == Flaw.UNHEARD_TASKS && handler.api().key() == StreamsGroupHeartbeatRequest.API.key()) {
      return new FlawedHandler(handler, message -> {
        StreamsGroupHeartbeatRequest request = (StreamsGroupHeartbeatRequest) message;
        if (request.memberEpoch() > 0) {
          request.setActiveTasks(List.of()).setStandbyTasks(List.of()).setWarmupTasks(List.of());
        }
      });
    }
    if (flaw == Flaw.SWALLOWED_RELEASES && handler.api().key() == ShareFetchRequest.API.key()) {
      return new FlawedHandler(handler, message -> ((ShareFetchRequest) message).topics().forEach(t -> t.partitions().forEach(p ->
          p.acknowledgementBatches().forEach(b -> b.acknowledgeTypes().replaceAll(type -> type == RELEASE ? (Byte) ACCEPT : type)))));
    }
    return handler;
  }

  @Override
  public void handle(Request request) {
    handler.handle((Request) Proxy.newProxyInstance(FlawedHandler.class.getClassLoader(), new Class<?>[] {Request.class}, (proxy, method, args) -> {
      try {
        Object result = method.invoke(request, args);
        if (method.getName().equals("read")) {
          change.accept((Message) result);
        }
        return result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }));
  }

  @Override
  public Api api() {
    return handler.api();
  }

  @Override
  public Access access() {
    return handler.access();
  }

  @Override
  public Ordering ordering() {
    return handler.ordering();
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return handler.errorResponse(request, error);
  }
}
