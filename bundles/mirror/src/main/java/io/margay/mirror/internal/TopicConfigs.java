package io.margay.mirror.internal;

import io.margay.metadata.ConfigResource;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeConfigsRequest;
import io.margay.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.margay.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.log.LogSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the configs of topics at the source, and keeps those of their mirrors equal. */
final class TopicConfigs {
  /** What belongs to a cluster and not to the data. */
  private static final Set<String> OWN = Set.of(LogSettings.MARGAY_MIRROR_SOURCE.name(), MirrorSettings.REPARTITIONED.name(),
      MirrorSettings.ACLS.name(), LogSettings.MARGAY_STORAGE_ENGINE.name(),
      "follower.replication.throttled.replicas", "leader.replication.throttled.replicas", "unclean.leader.election.enable",
      "min.insync.replicas");
  private static final byte SET = 0;
  private static final byte DELETE = 1;
  private static final int TOPICS_PER_REQUEST = 200;

  private final MirrorContext context;

  TopicConfigs(MirrorContext context) {
    this.context = context;
  }

  /**
   * The overrides of topics at the source.
   *
   * @return by topic; what is set on the topic, by name
   */
  static Map<String, Map<String, String>> read(RemoteCluster source, Collection<String> topics) throws IOException, InterruptedException {
    Map<String, Map<String, String>> all = new HashMap<>();
    List<String> names = List.copyOf(topics);
    for (int i = 0; i < names.size(); i += TOPICS_PER_REQUEST) {
      DescribeConfigsRequest request = new DescribeConfigsRequest().setResources(names.subList(i, Math.min(names.size(), i + TOPICS_PER_REQUEST))
          .stream().map(n -> new DescribeConfigsResource().setResourceType(ConfigResource.Type.TOPIC.code()).setResourceName(n)
              .setConfigurationKeys(null)).toList());
      for (DescribeConfigsResult result : source.any(DescribeConfigsRequest.API, version -> request, new DescribeConfigsResponse()).results()) {
        if (result.errorCode() == Errors.NONE.code()) {
          Map<String, String> overrides = new TreeMap<>();
          for (DescribeConfigsResourceResult config : result.configs()) {
            if (config.configSource() == NodeSettings.Source.DYNAMIC_TOPIC.code() && config.value() != null) {
              overrides.put(config.name(), config.value());
            }
          }
          all.put(result.resourceName(), overrides);
        }
      }
    }
    return all;
  }

  /** Whether these are the overrides of a topic that is a mirror itself. */
  static boolean isMirror(Map<String, String> overrides) {
    return overrides != null && (overrides.containsKey(LogSettings.MARGAY_MIRROR_SOURCE.name())
        || overrides.containsKey(MirrorSettings.REPARTITIONED.name()));
  }

  /** What of a topic's overrides its mirror gets: what is known here, and does not belong to a cluster. */
  Map<String, String> carried(Map<String, String> overrides) {
    Map<String, String> carried = new TreeMap<>();
    overrides.forEach((name, value) -> {
      Setting<?> setting = OWN.contains(name) ? null : context.settings().definition(Setting.Scope.TOPIC, name);
      if (setting != null && setting.effective()) {
        try {
          setting.parse(value);
          carried.put(name, value);
        } catch (InvalidSettingException e) {
          // a value of another version: the default is used here
          carried.remove(name);
        }
      }
    });
    return carried;
  }

  /** Makes the overrides of a mirror equal to those of its source. Returns what went wrong, or null. */
  String align(String target, Map<String, String> overrides) throws IOException, InterruptedException {
    Map<String, String> wanted = carried(overrides);
    Map<String, String> now = context.image().config(ConfigResource.topic(target));
    List<AlterableConfig> edits = new ArrayList<>();
    wanted.forEach((name, value) -> {
      if (!value.equals(now.get(name))) {
        edits.add(new AlterableConfig().setName(name).setConfigOperation(SET).setValue(value));
      }
    });
    for (String name : new TreeSet<>(now.keySet())) {
      if (!wanted.containsKey(name) && !OWN.contains(name)) {
        edits.add(new AlterableConfig().setName(name).setConfigOperation(DELETE));
      }
    }
    return edits.isEmpty() ? null : alter(ConfigResource.topic(target), edits);
  }

  /** Makes a mirror a topic like any other. Returns what went wrong, or null. */
  String release(String target) throws IOException, InterruptedException {
    return alter(ConfigResource.topic(target), List.of(
        new AlterableConfig().setName(LogSettings.MARGAY_MIRROR_SOURCE.name()).setConfigOperation(DELETE),
        new AlterableConfig().setName(MirrorSettings.ACLS.name()).setConfigOperation(DELETE)));
  }

  /**
   * Sets one config of topics here.
   *
   * @param values by topic; null removes it
   * @return what went wrong, by topic
   */
  Map<String, String> set(String name, Map<String, String> values) throws IOException, InterruptedException {
    Map<String, String> wrong = new HashMap<>();
    List<String> topics = List.copyOf(values.keySet());
    for (int i = 0; i < topics.size(); i += TOPICS_PER_REQUEST) {
      List<AlterConfigsResource> some = new ArrayList<>();
      for (String topic : topics.subList(i, Math.min(topics.size(), i + TOPICS_PER_REQUEST))) {
        String value = values.get(topic);
        some.add(resource(ConfigResource.topic(topic), List.of(new AlterableConfig().setName(name)
            .setConfigOperation(value == null ? DELETE : SET).setValue(value))));
      }
      IncrementalAlterConfigsResponse response = context.ask(IncrementalAlterConfigsRequest.API,
          new IncrementalAlterConfigsRequest().setResources(some), new IncrementalAlterConfigsResponse());
      for (AlterConfigsResourceResponse result : response.responses()) {
        String problem = problem(result);
        if (problem != null) {
          wrong.put(result.resourceName(), problem);
        }
      }
    }
    return wrong;
  }

  /** Sets a link for the cluster, or removes it. Returns what went wrong, or null. */
  String setLink(String link, String value) throws IOException, InterruptedException {
    return alter(ConfigResource.ALL_BROKERS, List.of(new AlterableConfig().setName(LinkTable.setting(link))
        .setConfigOperation(value == null ? DELETE : SET).setValue(value)));
  }

  /** Sets something in another cluster. Returns what went wrong, or null. */
  static String set(RemoteCluster cluster, ConfigResource resource, String name, String value) throws IOException, InterruptedException {
    IncrementalAlterConfigsRequest request = request(resource, List.of(new AlterableConfig().setName(name).setConfigOperation(SET)
        .setValue(value)));
    return problem(cluster.any(IncrementalAlterConfigsRequest.API, version -> request, new IncrementalAlterConfigsResponse()));
  }

  private String alter(ConfigResource resource, List<AlterableConfig> edits) throws IOException, InterruptedException {
    return problem(context.ask(IncrementalAlterConfigsRequest.API, request(resource, edits), new IncrementalAlterConfigsResponse()));
  }

  private static IncrementalAlterConfigsRequest request(ConfigResource resource, List<AlterableConfig> edits) {
    return new IncrementalAlterConfigsRequest().setResources(List.of(resource(resource, edits)));
  }

  private static AlterConfigsResource resource(ConfigResource resource, List<AlterableConfig> edits) {
    return new AlterConfigsResource().setResourceType(resource.type().code()).setResourceName(resource.name()).setConfigs(edits);
  }

  private static String problem(IncrementalAlterConfigsResponse response) {
    return problem(response.responses().get(0));
  }

  private static String problem(AlterConfigsResourceResponse result) {
    Errors error = Errors.forCode(result.errorCode());
    return error == Errors.NONE ? null : error + (result.errorMessage() == null ? "" : ": " + result.errorMessage());
  }
}
