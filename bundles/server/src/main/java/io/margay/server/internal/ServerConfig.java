package io.margay.server.internal;

import io.margay.model.Endpoint;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What the server goes by. Suppliers give the value of the moment, so that changes are live.
 *
 * @param listeners what to bind
 * @param advertised what clients are told, by the same listener names; port 0 means the bound one
 * @param threads event loops, {@code > 0}
 * @param backlog length of the accept queue
 * @param receiveBufferBytes SO_RCVBUF, -1 for the system's
 * @param sendBufferBytes SO_SNDBUF, -1 for the system's
 * @param maxFrameBytes largest request
 * @param requestMemoryBytes budget for big requests
 * @param limits how many connections, and how fast
 * @param maxIdleMs how long a connection may be idle; -1 for ever
 * @param handlerWaitMs how long requests wait for a handler that is being replaced
 */
record ServerConfig(List<Endpoint> listeners, List<Endpoint> advertised, int threads, int backlog, int receiveBufferBytes,
    int sendBufferBytes, int maxFrameBytes, long requestMemoryBytes, ConnectionLimits limits, LongSupplier maxIdleMs,
    LongSupplier handlerWaitMs) { }
