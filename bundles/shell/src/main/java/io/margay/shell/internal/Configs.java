package io.margay.shell.internal;

import io.margay.metadata.ConfigResource;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Changes settings of topics, brokers and groups. */
final class Configs {
  private static final byte SET = 0;
  private static final byte DELETE = 1;
  private final Requests requests;
  private final NodeSettings settings;

  Configs(Requests requests, NodeSettings settings) {
    this.requests = requests;
    this.settings = settings;
  }

  /** Sets some and unsets others, all or none. */
  void alter(ConfigResource resource, Map<String, String> set, Collection<String> unset) throws InterruptedException {
    List<AlterableConfig> changes = new ArrayList<>();
    set.forEach((k, v) -> changes.add(new AlterableConfig().setName(k).setValue(v).setConfigOperation(SET)));
    unset.forEach(k -> changes.add(new AlterableConfig().setName(k).setValue(null).setConfigOperation(DELETE)));
    IncrementalAlterConfigsRequest request = new IncrementalAlterConfigsRequest().setResources(List.of(
        new IncrementalAlterConfigsRequest.AlterConfigsResource().setResourceType(resource.type().code())
            .setResourceName(resource.name()).setConfigs(changes)));
    for (var result : requests.send(IncrementalAlterConfigsRequest.API, request, new IncrementalAlterConfigsResponse())
        .responses()) {
      SettingNames.check(settings, scope(resource), set.keySet(), new Requests.Answer(result.errorCode(), result.errorMessage()),
          "cannot change the settings of " + words(resource));
    }
  }

  private static Setting.Scope scope(ConfigResource resource) {
    return switch (resource.type()) {
      case TOPIC -> Setting.Scope.TOPIC;
      case GROUP -> Setting.Scope.GROUP;
      default -> Setting.Scope.BROKER;
    };
  }

  /** The resource for messages, such as "topic x". */
  static String words(ConfigResource resource) {
    String type = resource.type().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    return resource.equals(ConfigResource.ALL_BROKERS) ? "all brokers" : type + " " + resource.name();
  }
}
