package io.margay.spi.telemetry;

import org.osgi.annotation.versioning.ConsumerType;

/** Gets the metrics that clients push. Registered as an OSGi service; each of several receivers gets all. */
@ConsumerType
public interface ClientMetricsReceiver {
  /**
   * Takes what a client pushed. Called on a thread of the broker, one call at a time. The client's answer waits for the return, and so do
   * the pushes of other clients: long work belongs on a thread of the receiver. An exception is logged, and the client pushes at
   * the next interval as before.
   *
   * @param metrics the metrics and their client
   * @throws IllegalArgumentException when the bytes are no metrics; the client gets INVALID_RECORD, and pushes no more
   */
  void receive(ClientMetrics metrics);
}
