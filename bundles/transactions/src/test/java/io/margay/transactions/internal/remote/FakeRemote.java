package io.margay.transactions.internal.remote;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Another broker, which answers requests of one kind when a test says so.
 *
 * @param <Q> the requests
 */
public final class FakeRemote<Q extends Message> implements RemoteClient {
  /** What was sent, in order. */
  public final List<Q> sent = new ArrayList<>();
  /** The answer of each request. */
  public final List<CompletableFuture<Message>> answers = new ArrayList<>();
  /** Whether connections are refused. */
  public boolean unreachable;
  /** Whether connecting throws. */
  public boolean broken;
  private final Supplier<Q> type;
  private final short version;

  /**
   * @param type of the requests
   * @param version that the broker serves
   */
  public FakeRemote(Supplier<Q> type, int version) {
    this.type = type;
    this.version = (short) version;
  }

  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    if (broken) {
      throw new IllegalStateException("broken");
    }
    return unreachable ? CompletableFuture.failedFuture(new IOException("no")) : CompletableFuture.completedFuture(new Connection());
  }

  private final class Connection implements RemoteConnection {
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    @Override
    public short version(Api api) {
      return version;
    }

    @Override
    public <R extends Message> CompletionStage<Reply<R>> send(Api api, short of, Message request, R response, long timeoutMs) {
      sent.add(Messages.read(type, Messages.toBytes(request, of), of));
      CompletableFuture<Message> answer = new CompletableFuture<>();
      answers.add(answer);
      closed.thenRun(() -> answer.completeExceptionally(new IOException("closed")));
      return answer.thenApply(message -> new Reply<R>() {
        @Override
        @SuppressWarnings("unchecked") // it is asked for nothing else
        public R message() {
          return (R) message;
        }

        @Override
        public void close() { }
      });
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }

    @Override
    public CompletionStage<Void> closed() {
      return closed;
    }

    @Override
    public void close() {
      closed.complete(null);
    }
  }
}
