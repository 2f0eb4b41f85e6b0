package io.margay.spi.handler;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One request on its way. It owns the buffer that the request arrived in: {@link #body}, and every slice that was decoded from
 * it, is valid until the request is answered. Exactly one of {@link #respond}, {@link #respondNothing} and {@link #close} is
 * called, by any thread; a second call is ignored and logged as a bug.
 */
@ProviderType
public interface Request {
  /** @return the API that was asked for */
  Api api();

  /** @return the version, among those that the handler serves */
  short version();

  /** @return the client's number for this request */
  int correlationId();

  /** @return what the client calls itself; empty when it does not say */
  String clientId();

  /** @return who asks; never null */
  Principal principal();

  /** @return the address of the client; the loopback address for requests from inside the process */
  InetAddress clientAddress();

  /** @return name of the listener, such as PLAINTEXT */
  String listener();

  /** @return whether records from a file can be sent without copying them; false behind TLS */
  boolean zeroCopy();

  /** @return {@link System#nanoTime} when the last byte of the request had arrived */
  long receivedNanos();

  /** @return the body, positioned at its first byte; borrowed, valid until the request is answered */
  ByteBuf body();

  /** @return where answers are best allocated */
  ByteBufAllocator allocator();

  /** @return runs tasks on the connection's event loop; drops them when the connection is gone */
  Executor executor();

  /** @return whether the connection is gone, so that an answer is of no use */
  boolean cancelled();

  /**
   * Has a task run, on any thread, when the connection goes away before the request is answered.
   *
   * @param task what to run; at most one, the last one given counts
   */
  void onCancel(Runnable task);

  /**
   * Reserves memory of the process's request budget for what this request keeps beyond its frame until it is answered: the items
   * of a fetch that waits, scratch space, an answer that is being built. May be called several times; the sum is given back when
   * the request is answered or its connection closes, whichever way it ends. Any thread.
   *
   * @param bytes how many more, {@code >= 0}
   * @return false when the share of the connection or the whole budget is spent, or the request has ended; nothing is reserved
   *     then, and the handler answers with an error instead of keeping more
   */
  boolean reserve(long bytes);

  /**
   * Decodes the body.
   *
   * @param into a new message of the API's request type
   * @param <T> its type
   * @return {@code into}
   * @throws io.margay.protocol.MalformedMessageException when the bytes are no such message; the server answers for the
   *     handler when it lets this pass
   */
  <T extends Message> T read(T into);

  /**
   * Answers. The message is encoded at once; records in it are released when they were sent.
   *
   * @param response a message of the API's response type
   */
  void respond(Message response);

  /**
   * Answers, and has the connection read no further request for a time.
   *
   * @param response a message of the API's response type
   * @param throttleMs milliseconds, {@code >= 0}
   */
  void respond(Message response, int throttleMs);

  /** Ends the request without an answer, as for a produce request with acks=0. */
  void respondNothing();

  /**
   * Ends the request by closing the connection after the answers of the requests before it.
   *
   * @param why one sentence for the log
   */
  void close(String why);
}
