package io.margay.spi.telemetry;

import java.net.InetAddress;
import java.util.UUID;

/**
 * What one client pushed.
 *
 * @param clientInstanceId the id of the client's instance, which no other has
 * @param clientId the id from the client's configuration; empty when it has none
 * @param software what it is
 * @param clientAddress where it comes from
 * @param pushIntervalMs how often it pushes, in milliseconds
 * @param terminating whether the client closes, so that this is the last push of the instance
 * @param otlp a MetricsData message of OpenTelemetry's protocol, version 1, in protobuf; not compressed; the receiver's own
 */
public record ClientMetrics(UUID clientInstanceId, String clientId, Software software, InetAddress clientAddress,
    int pushIntervalMs, boolean terminating, byte[] otlp) {
  /**
   * The software of a client.
   *
   * @param name what it calls itself, such as apache-kafka-java; empty when it does not say
   * @param version its version; empty when it does not say
   */
  public record Software(String name, String version) { }
}
