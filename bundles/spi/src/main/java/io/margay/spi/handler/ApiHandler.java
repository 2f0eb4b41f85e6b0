package io.margay.spi.handler;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Serves the requests of one API key. Registered as an OSGi service. When it is unregistered while the listener is open, new
 * requests wait, for a bounded time, for the next handler with the same key. The handler finishes the requests that it already has:
 * the server waits, for a bounded time, for their answers before it releases the service.
 */
@ConsumerType
public interface ApiHandler {
  /** Whether the next request of a connection may start before this one has been answered. */
  enum Ordering {
    /** The next request starts when this one has been answered. */
    SERIAL,
    /** The next request starts when {@link #handle} has returned; answers still leave in the order of the requests. */
    PIPELINED
  }

  /** @return the API that it serves; the same at every call */
  Api api();

  /**
   * What its requests need, where there is an authorizer. There is no default, so that no handler can forget it.
   *
   * @return the declaration; the same at every call
   */
  Access access();

  /** @return lowest version served, inclusive */
  default short lowestVersion() {
    return api().lowest();
  }

  /** @return highest version served, inclusive */
  default short highestVersion() {
    return api().highest();
  }

  /** @return how its requests are ordered among those of a connection */
  default Ordering ordering() {
    return Ordering.SERIAL;
  }

  /**
   * Serves one request: decodes it with {@link Request#read}, and answers it now or later with one of the request's
   * answering methods. Called on the connection's event loop; never blocks.
   *
   * @param request the request; its body is valid until it is answered
   */
  void handle(Request request);

  /**
   * Builds an answer that carries only an error, in the format of the request's version. The server calls it when the handler threw
   * an exception, or was unregistered and did not answer in time.
   *
   * @param request the request; its body may be undecodable
   * @param error the error
   * @return the response message; null when this API has no place for an error (the connection is then closed)
   */
  Message errorResponse(Request request, Errors error);
}
