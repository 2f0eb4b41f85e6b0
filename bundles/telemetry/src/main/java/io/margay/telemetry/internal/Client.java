package io.margay.telemetry.internal;

import io.margay.protocol.KafkaUuid;
import io.margay.spi.handler.Request;
import io.margay.spi.telemetry.ClientMatch.Attribute;
import java.net.InetAddress;
import java.util.UUID;

/** A client as a request shows it. */
record Client(UUID instance, String id, String softwareName, String softwareVersion, InetAddress address, int port) {
  static Client of(UUID instance, Request request) {
    return new Client(instance, request.clientId(), request.softwareName(), request.softwareVersion(), request.clientAddress(),
        request.clientPort());
  }

  String attribute(Attribute attribute) {
    return switch (attribute) {
      case CLIENT_INSTANCE_ID -> KafkaUuid.toString(instance);
      case CLIENT_ID -> id;
      case CLIENT_SOFTWARE_NAME -> softwareName;
      case CLIENT_SOFTWARE_VERSION -> softwareVersion;
      case CLIENT_SOURCE_ADDRESS -> address.getHostAddress();
      case CLIENT_SOURCE_PORT -> Integer.toString(port);
    };
  }
}
