package io.margay.coordinator;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.function.Supplier;

/** The other brokers of the cluster, and how a coordinator reaches them. Holds no connections. Safe for all threads. */
public final class Brokers {
  private final ClusterMetadata metadata;
  private final NodeSettings settings;
  private final Supplier<RemoteClient> client;

  /**
   * @param metadata the newest image
   * @param settings this node's settings
   * @param client opens connections; gives null while there is none
   */
  public Brokers(ClusterMetadata metadata, NodeSettings settings, Supplier<RemoteClient> client) {
    this.metadata = metadata;
    this.settings = settings;
    this.client = client;
  }

  /** @return this broker */
  public BrokerId self() {
    return settings.nodeId();
  }

  /** @return the newest image */
  public ClusterImage image() {
    return metadata.image();
  }

  /** @return opens connections; null while there is none */
  public RemoteClient client() {
    return client.get();
  }

  /**
   * @param id a broker
   * @return its address for requests between brokers; null when it is not known
   */
  public Endpoint address(BrokerId id) {
    BrokerImage broker = image().brokers().get(id);
    if (broker == null || broker.endpoints().isEmpty()) {
      return null;
    }
    Setting<?> setting = settings.definition(Setting.Scope.BROKER, "inter.broker.listener.name");
    Object listener = setting == null ? null : settings.get(setting);
    Endpoint named = listener == null ? null : broker.endpoint(listener.toString());
    return named != null ? named : broker.endpoints().get(0);
  }
}
