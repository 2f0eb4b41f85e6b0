package io.margay.simulation;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A connection between two processes. Each end knows for itself whether it is closed: an end learns that the other has closed, or that its
 * process has ended, only by what arrives.
 */
final class SimulatedConnection implements RemoteConnection {
  /** How long the kernel waits before it sends again what was not confirmed. */
  private static final long RETRANSMIT_MICROS = 50_000;

  private final SimulatedNetwork network;
  private final SimulatedProcess client;
  private final SimulatedProcess server;
  private final int maxInFlight;
  private final String clientId;
  private final Stream toServer;
  private final Stream toClient;
  private final ArrayDeque<Open<?>> open = new ArrayDeque<>();
  private final ArrayDeque<FakeRequest> serving = new ArrayDeque<>();
  private final ArrayDeque<FakeRequest> waiting = new ArrayDeque<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private FakeRequest serial;
  private FakeRequest last;
  private boolean serverClosed;

  private record Open<R extends Message>(R response, short version, CompletableFuture<Reply<R>> result) { }

  SimulatedConnection(SimulatedNetwork network, SimulatedProcess client, SimulatedProcess server, RemoteClient.Target target) {
    this.network = network;
    this.client = client;
    this.server = server;
    this.maxInFlight = target.maxInFlight();
    this.clientId = target.clientId();
    this.toServer = new Stream(client, server);
    this.toClient = new Stream(server, client);
  }

  /** One direction: in order, delayed while it is blocked. */
  private final class Stream {
    private final SimulatedProcess from;
    private final SimulatedProcess to;
    private final ArrayDeque<Runnable> sent = new ArrayDeque<>();
    /** What has arrived, and is taken in order, also by a machine that is slow. */
    private final ArrayDeque<Runnable> received = new ArrayDeque<>();
    private long lastMicros;

    Stream(SimulatedProcess from, SimulatedProcess to) {
      this.from = from;
      this.to = to;
    }

    void send(Runnable arrival) {
      long now = network.world().nowMicros();
      lastMicros = Math.max(lastMicros + 1, now + network.delay());
      sent.add(arrival);
      network.world().after(lastMicros - now, this::arrive);
    }

    /** The oldest message arrives, or is sent again later: then all that follow wait, too. */
    private void arrive() {
      if (sent.isEmpty()) {
        return;
      }
      if (network.blocked(from.id(), to.id()) || !to.machine().up) {
        network.world().after(RETRANSMIT_MICROS, this::arrive);
      } else if (!to.alive()) {
        // the machine runs, but does not know the connection
        sent.clear();
        reset(from);
      } else {
        received.add(sent.remove());
        to.run(0, () -> received.remove().run());
      }
    }
  }

  private void reset(SimulatedProcess end) {
    end.run(network.delay(), end == client ? this::closeClient : this::closeServer);
  }

  @Override
  public short version(Api api) {
    return api.latestVersionUnstable() ? (short) (api.highest() - 1) : api.highest();
  }

  @Override
  public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
    CompletableFuture<Reply<R>> result = new CompletableFuture<>();
    if (closed.isDone()) {
      result.completeExceptionally(new IOException("closed"));
      return result;
    }
    if (open.size() >= maxInFlight) {
      result.completeExceptionally(new RejectedExecutionException("too many requests are open"));
      return result;
    }
    open.add(new Open<>(response, version, result));
    byte[] body = Messages.toBytes(request, version);
    toServer.send(() -> arrived(api, version, body));
    client.after(timeoutMs, () -> {
      if (!result.isDone()) {
        close();
      }
    });
    return result;
  }

  private void arrived(Api api, short version, byte[] body) {
    if (serverClosed) {
      return;
    }
    FakeRequest request = new FakeRequest(api, Unpooled.wrappedBuffer(body), version).clientId(clientId)
        .listener(SimulatedNetwork.LISTENER).in(task -> server.run(0, task), server::nanos);
    request.bytes().whenComplete((bytes, e) -> server.run(0, this::answer));
    if (last != null) {
      request.after(last);
    }
    last = request;
    serving.add(request);
    waiting.add(request);
    dispatch();
  }

  private void dispatch() {
    while (!serverClosed && serial == null && !waiting.isEmpty()) {
      FakeRequest next = waiting.remove();
      ApiHandler handler = network.handler(server, next.api().key());
      if (handler.ordering() == ApiHandler.Ordering.SERIAL) {
        serial = next;
      }
      handler.handle(next);
      if (next.isAnswered()) {
        serial = null;
      }
    }
  }

  private void answer() {
    if (serial != null && serial.isAnswered()) {
      serial = null;
    }
    while (!serverClosed && !serving.isEmpty() && serving.peek().isAnswered()) {
      FakeRequest done = serving.remove();
      if (done.closedBecause() != null) {
        closeServer();
        toClient.send(this::closeClient);
        return;
      }
      if (!done.answeredNothing()) {
        toClient.send(() -> answered(done.bytes().join()));
      }
    }
    dispatch();
  }

  private void answered(byte[] bytes) {
    if (!closed.isDone()) {
      answered(open.remove(), bytes);
    }
  }

  private static <R extends Message> void answered(Open<R> request, byte[] bytes) {
    request.response.read(new MessageReader(bytes), request.version);
    request.result.complete(new Reply<>() {
      @Override
      public R message() {
        return request.response;
      }

      @Override
      public void close() {
        // nothing is pooled
      }
    });
  }

  @Override
  public Executor executor() {
    return task -> client.run(0, task);
  }

  @Override
  public CompletionStage<Void> closed() {
    return closed;
  }

  @Override
  public void close() {
    if (!closed.isDone()) {
      toServer.send(this::closeServer);
      client.run(0, this::closeClient);
    }
  }

  private void closeClient() {
    if (closed.isDone()) {
      return;
    }
    closed.complete(null);
    network.closed(this);
    while (!open.isEmpty()) {
      open.remove().result.completeExceptionally(new IOException("closed"));
    }
  }

  private void closeServer() {
    if (serverClosed) {
      return;
    }
    serverClosed = true;
    network.closed(this);
    serving.forEach(FakeRequest::cancel);
    if (last != null) {
      last.disconnect();
    }
  }

  /** A process has ended. Where its machine goes on, that tells the other end. */
  void ended(SimulatedProcess process) {
    if (!process.machine().up) {
      return;
    }
    if (process == client) {
      toServer.send(this::closeServer);
    } else if (process == server) {
      toClient.send(this::closeClient);
    }
  }
}
