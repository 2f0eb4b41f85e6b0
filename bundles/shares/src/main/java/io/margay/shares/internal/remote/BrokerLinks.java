package io.margay.shares.internal.remote;

import io.margay.coordinator.Brokers;
import io.margay.model.BrokerId;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Connections to brokers, one to each. Safe for all threads. */
public final class BrokerLinks implements AutoCloseable {
  private final Brokers brokers;
  private final Map<BrokerId, BrokerLink> links = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** @param brokers how brokers are reached */
  public BrokerLinks(Brokers brokers) {
    this.brokers = brokers;
  }

  /**
   * Sends a request to a broker, which may be this one.
   *
   * @param request records in it stay the caller's, who releases them when the returned stage has completed: so they are views
   * @param use what is made of the response, whose buffer is given back then
   * @return completes with that; exceptionally when the broker cannot be reached now, does not answer in time, or this is closed
   */
  public <Q extends Message, A extends Message, T> CompletionStage<T> send(BrokerId broker, Api api, Q request, A response, Function<A, T> use) {
    if (closed) {
      return CompletableFuture.failedFuture(new IOException("the connections to brokers are closed"));
    }
    BrokerLink link = links.computeIfAbsent(broker, b -> new BrokerLink(b, brokers));
    if (closed) {
      // it may have come after the others were closed
      link.close();
    }
    return link.send(api, request, response, use);
  }

  /** @return this broker */
  BrokerId self() {
    return brokers.self();
  }

  /** @return whether nothing can be sent any more */
  public boolean closed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    links.values().forEach(BrokerLink::close);
  }
}
