package io.margay.http.internal;

/** The limits of connections. Read for each connection, because the settings may change. */
interface ConnectionLimits {
  /** @return the number of open connections */
  int maxConnections();

  /** @return the number of open connections from one address */
  int maxConnectionsPerAddress();

  /** @return bytes of a request line, and bytes of all headers of a request */
  int maxHeaderBytes();

  /** @return milliseconds from the first byte of a request to the end of its headers; also for the first request of a connection */
  int headerTimeoutMs();

  /** @return milliseconds that a connection is kept without a request */
  int idleMs();
}
