package io.margay.http.internal;

/** The limits of requests. Read for each request, because the settings may change. */
interface HttpLimits {
  /** @return the largest body in bytes */
  long maxRequestBytes();

  /** @return the number of requests that are served at a time */
  int maxRequests();

  /** @return milliseconds within which a request must make progress */
  int timeoutMs();

  /** @return milliseconds that a record waits for the producer's service while it is being replaced */
  int producerWaitMs();
}
