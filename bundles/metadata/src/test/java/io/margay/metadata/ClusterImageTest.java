package io.margay.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClusterImageTest {
  private static final BrokerId ONE = new BrokerId(1);
  private static final UUID ID = new UUID(3, 4);

  private static TopicImage topic(int partitions) {
    List<PartitionImage> list = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      list.add(new PartitionImage(i, List.of(ONE), List.of(ONE), ONE, new LeaderEpoch(0), 0));
    }
    return new TopicImage("t", ID, false, list);
  }

  private static ClusterImage image() {
    return new ClusterImage("c", 7, ONE, new TreeMap<>(), TopicsImage.of(Map.of("t", topic(2))),
        Map.of(ConfigResource.topic("t"), Map.of("retention.ms", "5")), Map.of());
  }

  @Test
  void findsTopicsByNameAndById() {
    assertThat(image().topic("t")).isEqualTo(topic(2));
    assertThat(image().topic(ID)).isEqualTo(image().topic("t"));
    assertThat(image().topic("u")).isNull();
    assertThat(image().topic(new UUID(1, 1))).isNull();
  }

  @Test
  void findsPartitionsAndNoneOutsideTheTopic() {
    assertThat(image().partition(new TopicPartition("t", 1)).index()).isEqualTo(1);
    assertThat(image().partition(new TopicPartition("t", 2))).isNull();
    assertThat(image().partition(new TopicPartition("u", 0))).isNull();
  }

  @Test
  void resourceWithoutOverridesHasNone() {
    assertThat(image().config(ConfigResource.topic("t"))).containsEntry("retention.ms", "5");
    assertThat(image().config(ConfigResource.ALL_BROKERS)).isEmpty();
    assertThat(ClusterImage.EMPTY.config(ConfigResource.broker(1))).isEmpty();
    assertThat(ClusterImage.EMPTY.topics()).isEmpty();
  }

  @Test
  void whatTheCallerKeepsCannotChangeAnImage() {
    List<PartitionImage> partitions = new ArrayList<>(topic(1).partitions());
    TopicImage topic = new TopicImage("t", ID, false, partitions);
    List<BrokerId> replicas = new ArrayList<>(List.of(ONE));
    PartitionImage partition = new PartitionImage(0, replicas, replicas, ONE, new LeaderEpoch(0), 0);
    Set<TopicImage> changed = new HashSet<>(Set.of(topic));
    ClusterDelta delta = new ClusterDelta(false, changed, Set.of(), Set.of(), false);
    List<Endpoint> endpoints = new ArrayList<>(List.of(new Endpoint("A", "PLAINTEXT", "h", 1)));
    BrokerImage broker = new BrokerImage(ONE, 1, endpoints, null, false);
    Map<String, TopicImage> byName = new TreeMap<>(Map.of("t", topic));
    TopicsImage topics = TopicsImage.of(byName);
    partitions.clear();
    replicas.clear();
    changed.clear();
    endpoints.clear();
    byName.clear();
    assertThat(topic.partitions()).hasSize(1);
    assertThat(partition.replicas()).containsExactly(ONE);
    assertThat(partition.isr()).containsExactly(ONE);
    assertThat(delta.changedTopics()).containsExactly(topic);
    assertThat(broker.endpoint("A").port()).isEqualTo(1);
    assertThat(broker.endpoint("B")).isNull();
    assertThat(topics.byId(ID)).isSameAs(topic);
    assertThatThrownBy(() -> topic.partitions().clear()).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void kindsOfResourcesHaveTheCodesOfTheWire() {
    for (ConfigResource.Type type : ConfigResource.Type.values()) {
      assertThat(ConfigResource.Type.forStoredCode(type.code())).isEqualTo(type);
      assertThat(ConfigResource.Type.forCode(type.code())).isEqualTo(
          type == ConfigResource.Type.USER || type == ConfigResource.Type.CLIENT_QUOTA ? null : type);
    }
    assertThat(ConfigResource.Type.forCode((byte) 3)).isNull();
    assertThat(ConfigResource.Type.TOPIC.code()).isEqualTo((byte) 2);
    assertThat(ConfigResource.broker(5)).isEqualTo(new ConfigResource(ConfigResource.Type.BROKER, "5"));
  }
}
