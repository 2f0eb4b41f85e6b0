package io.margay.transactions.internal.remote;

import io.margay.coordinator.Brokers;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is to be asked of one broker, over one connection and with one request open at a time: what comes meanwhile goes together
 * with the next one. Each item ends once: it is answered, or fails and is left to its owner to try again. Safe for all threads.
 *
 * @param <I> what is asked
 */
public final class BrokerChannel<I> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerChannel.class);
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int MAX_RESPONSE_BYTES = 16 << 20;

  /**
   * How items are asked.
   *
   * @param <I> what is asked
   */
  public interface Exchange<I> {
    /** Sends items as one request, and answers each; completes when all are answered, exceptionally when those that are not have failed. */
    CompletionStage<Void> send(RemoteConnection connection, List<I> items);

    /** An item was not answered. */
    void failed(I item, Throwable why);
  }

  private final BrokerId broker;
  private final Brokers brokers;
  private final Exchange<I> exchange;
  private final int mostItems;
  private final ArrayDeque<I> queue = new ArrayDeque<>();
  private RemoteConnection connection;
  private Endpoint address;
  private boolean busy;
  private boolean closed;

  /**
   * @param broker whom to ask
   * @param brokers how it is reached
   * @param exchange how it is asked
   * @param mostItems of one request
   */
  public BrokerChannel(BrokerId broker, Brokers brokers, Exchange<I> exchange, int mostItems) {
    this.broker = broker;
    this.brokers = brokers;
    this.exchange = exchange;
    this.mostItems = mostItems;
  }

  /** @param item to be asked; its owner bounds how many there are */
  public void add(I item) {
    boolean refused;
    synchronized (this) {
      refused = closed;
      if (!refused) {
        queue.add(item);
      }
    }
    if (refused) {
      exchange.failed(item, new IOException("this broker has stopped asking others"));
    } else {
      proceed();
    }
  }

  private void proceed() {
    List<I> items;
    synchronized (this) {
      if (busy || queue.isEmpty()) {
        return;
      }
      busy = true;
      items = new ArrayList<>(Math.min(queue.size(), mostItems));
      while (!queue.isEmpty() && items.size() < mostItems) {
        items.add(queue.poll());
      }
    }
    CompletionStage<Void> answered;
    try {
      answered = connected().thenCompose(c -> exchange.send(c, items));
    } catch (RuntimeException | Error e) {
      answered = CompletableFuture.failedFuture(e);
    }
    answered.whenComplete((done, failure) -> {
      if (failure != null) {
        forget();
        fail(items, failure);
      }
      synchronized (this) {
        busy = false;
      }
      proceed();
    });
  }

  /** An owner's exception does not affect the others. */
  private void fail(List<I> items, Throwable why) {
    for (I item : items) {
      try {
        exchange.failed(item, why);
      } catch (RuntimeException | Error e) {
        LOG.error("The failure of a request to another broker could not be handled. broker={}", broker, e);
      }
    }
  }

  private CompletionStage<RemoteConnection> connected() {
    Endpoint to = brokers.address(broker);
    RemoteConnection stale = null;
    synchronized (this) {
      if (connection != null && to != null && to.equals(address)) {
        return CompletableFuture.completedFuture(connection);
      }
      stale = connection;
      connection = null;
    }
    if (stale != null) {
      stale.close();
    }
    RemoteClient client = brokers.client();
    if (client == null || to == null) {
      return CompletableFuture.failedFuture(new IOException("broker " + broker + " cannot be reached now"));
    }
    return client.connect(new RemoteClient.Target(to.host(), to.port(), "broker-" + brokers.self() + "-transactions",
        CONNECT_TIMEOUT_MS, 1, MAX_RESPONSE_BYTES, Access.of(to))).thenApply(opened -> keep(to, opened));
  }

  private RemoteConnection keep(Endpoint to, RemoteConnection opened) {
    boolean useless;
    synchronized (this) {
      useless = closed;
      if (!useless) {
        connection = opened;
        address = to;
      }
    }
    if (useless) {
      opened.close();
    } else {
      opened.closed().thenRun(() -> dropped(opened));
    }
    return opened;
  }

  private synchronized void dropped(RemoteConnection which) {
    if (connection == which) {
      connection = null;
    }
  }

  private void forget() {
    RemoteConnection former;
    synchronized (this) {
      former = connection;
      connection = null;
    }
    if (former != null) {
      former.close();
    }
  }

  /** Fails what waits, and closes the connection. */
  @Override
  public void close() {
    List<I> left;
    synchronized (this) {
      closed = true;
      left = new ArrayList<>(queue);
      queue.clear();
    }
    forget();
    fail(left, new IOException("this broker has stopped asking others"));
  }
}
