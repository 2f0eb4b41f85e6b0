package io.margay.http.internal;

/** What bounds requests, asked for each anew since the settings may change. */
interface HttpLimits {
  /** @return bytes of a body at the most */
  long maxRequestBytes();

  /** @return requests at a time at the most */
  int maxRequests();

  /** @return milliseconds in which a request must get on */
  int timeoutMs();

  /** @return milliseconds that a record waits for the producer's service while it is being replaced */
  int producerWaitMs();
}
