package io.margay.server.internal;

import io.margay.model.Endpoint;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The settings of the server. Suppliers give the value of the moment, so that changes are live.
 *
 * @param firstListener name of the listener to which requests within the process belong
 * @param sockets how sockets are made
 * @param requests how large requests may be
 * @param limits how many connections, and how fast
 * @param maxIdleMs how long a connection may be idle; negative for ever
 * @param handlerWaitMs how long requests wait for a handler that is being replaced, or for memory
 * @param security what listeners ask of their clients
 */
record ServerConfig(String firstListener, Sockets sockets, Requests requests, ConnectionLimits limits, LongSupplier maxIdleMs, LongSupplier handlerWaitMs,
    Security security) {
  /**
   * How sockets are made.
   *
   * @param threads event loops, {@code > 0}
   * @param backlog length of the accept queue
   * @param receiveBufferBytes SO_RCVBUF, -1 for the system's
   * @param sendBufferBytes SO_SNDBUF, -1 for the system's
   */
  record Sockets(int threads, int backlog, int receiveBufferBytes, int sendBufferBytes) { }

  /**
   * How large requests may be.
   *
   * @param maxFrameBytes largest request
   * @param memoryBytes what all requests may take together
   * @param minBytesPerSecond how slow a connection may be that keeps memory while others wait for it
   * @param maxSaslBytes largest request with SASL tokens
   */
  record Requests(int maxFrameBytes, long memoryBytes, LongSupplier minBytesPerSecond, IntSupplier maxSaslBytes) { }
}
