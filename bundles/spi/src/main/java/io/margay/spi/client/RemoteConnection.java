package io.margay.spi.client;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One connection to a broker. Requests are sent in the order of the calls, and are answered in that order. Safe for all threads.
 */
@ProviderType
public interface RemoteConnection extends AutoCloseable {
  /**
   * @param api an API
   * @return the highest version that both sides know, or -1 when they have none in common
   */
  short version(Api api);

  /**
   * Sends a request.
   *
   * @param api the API
   * @param version as {@link #version} gave it, or a lower one that the broker serves
   * @param request the request, encoded before this returns; records in it are copied and released
   * @param response a new message of the API's response type, filled by the answer
   * @param timeoutMs milliseconds in which the answer must arrive, {@code > 0}. A late answer closes the connection, because
   *     answers come in order and none after it can be read first
   * @param <R> type of the response
   * @return completes on {@link #executor}, with a reply that the receiver closes; exceptionally with an
   *     {@link java.io.IOException} when the connection breaks or is closed, the timeout expires, or the answer cannot be decoded,
   *     and with a {@link java.util.concurrent.RejectedExecutionException} when too many requests are open
   */
  <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs);

  /** @return an executor that runs tasks on the thread of this connection, in order, and drops them when the client stops */
  Executor executor();

  /** @return completes normally when either side closes the connection */
  CompletionStage<Void> closed();

  /** Closes the connection; open requests fail. */
  @Override
  void close();

  /**
   * An answer, with the buffer that it arrived in.
   *
   * @param <R> type of the response
   */
  @ProviderType
  interface Reply<R extends Message> extends AutoCloseable {
    /** @return the response; records in it are views of the buffer, valid until {@link #close} */
    R message();

    /** Gives the buffer back; called once. */
    @Override
    void close();
  }
}
