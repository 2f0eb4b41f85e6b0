package io.margay.shares.internal.remote;

import io.margay.coordinator.Brokers;
import io.margay.model.BrokerId;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import java.util.Map;
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
   * @param use what is made of the response, whose buffer is given back then
   * @return completes with that; exceptionally when the broker cannot be reached now, or does not answer in time
   */
  public <Q extends Message, A extends Message, T> CompletionStage<T> send(BrokerId broker, Api api, Q request, A response, Function<A, T> use) {
    return links.computeIfAbsent(broker, b -> new BrokerLink(b, brokers)).send(api, request, response, use);
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
