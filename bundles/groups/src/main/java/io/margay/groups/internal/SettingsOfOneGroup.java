package io.margay.groups.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.ConfigResource;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.Map;

/** The settings of single groups over those of the node. Every call gives the value of the moment. */
record SettingsOfOneGroup(NodeSettings values, ClusterMetadata metadata) {
  /** A setting of the group; of the node when the group has none. */
  <T> T of(String groupId, Setting<T> group, Setting<T> node) {
    Map<String, String> own = metadata.image().config(new ConfigResource(ConfigResource.Type.GROUP, groupId));
    return own.containsKey(group.name()) ? values.topic(own).get(group) : values.get(node);
  }

  /** The same, for a setting that only groups have. */
  <T> T of(String groupId, Setting<T> group, T otherwise) {
    Map<String, String> own = metadata.image().config(new ConfigResource(ConfigResource.Type.GROUP, groupId));
    return own.containsKey(group.name()) ? values.topic(own).get(group) : otherwise;
  }

  /** A setting of the group within the node's bounds; of the node when the group has none. */
  int within(String groupId, Setting<Integer> group, Setting<Integer> node, Setting<Integer> least, Setting<Integer> most) {
    return Math.max(values.get(least), Math.min(values.get(most), of(groupId, group, node)));
  }
}
