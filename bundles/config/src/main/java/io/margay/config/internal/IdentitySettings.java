package io.margay.config.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings that {@link io.margay.spi.config.NodeSettings} itself evaluates. */
@DefinesSettings
public final class IdentitySettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Identity and listeners");

  /** {@code node.id}. */
  public static final Setting<Integer> NODE_ID = ALL.broker(INT, "node.id", 1).from(0).synonyms("broker.id")
      .doc("Number of this node. It is unique in the cluster and must never change.");
  /** {@code broker.id}. */
  public static final Setting<Integer> BROKER_ID = ALL.broker(INT, "broker.id", -1).from(-1).synonyms("node.id")
      .doc("Older name of node.id; -1 means not set. If both are set, they must be equal.");
  /** {@code listeners}. */
  public static final Setting<List<String>> LISTENERS = ALL.broker(LIST, "listeners", List.of("PLAINTEXT://:9092")).perBroker()
      .matching(".+", "at least one value")
      .doc("Addresses to listen on: a list of NAME://host:port. An empty host means all interfaces, port 0 any free port.");
  /** {@code advertised.listeners}. */
  public static final Setting<List<String>> ADVERTISED_LISTENERS = ALL.broker(LIST, "advertised.listeners", null).perBroker()
      .doc("Addresses that clients use to connect: a list of NAME://host:port. When not set: the value of listeners, with the machine's "
          + "host name instead of an empty host.");
  /** {@code listener.security.protocol.map}. */
  public static final Setting<String> LISTENER_SECURITY_PROTOCOL_MAP = ALL.broker(STRING, "listener.security.protocol.map",
      "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT").perBroker()
      .doc("Security protocol of each listener name: a list of NAME:PROTOCOL.");
  /** {@code inter.broker.listener.name}. */
  public static final Setting<String> INTER_BROKER_LISTENER_NAME = ALL.broker(STRING, "inter.broker.listener.name", null)
      .doc("Name of the listener that brokers use to connect to each other. When not set: the listener with "
          + "security.inter.broker.protocol.");
  /** {@code security.inter.broker.protocol}. */
  public static final Setting<String> SECURITY_INTER_BROKER_PROTOCOL = ALL.broker(STRING, "security.inter.broker.protocol",
          "PLAINTEXT")
      .in("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
      .doc("Security protocol between brokers. Set either this or inter.broker.listener.name.");
  /** {@code controller.listener.names}. */
  public static final Setting<List<String>> CONTROLLER_LISTENER_NAMES =
      ALL.broker(LIST, "controller.listener.names", List.<String>of())
      .doc("Names of the listeners of Kafka's controller. The first gives the port of the metadata quorum its protocol, PLAINTEXT or SSL, by "
          + "listener.security.protocol.map, and its keys, by listener.name.NAME.ssl. settings. Their addresses in listeners are ignored: the ports "
          + "are in controller.quorum.voters.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
