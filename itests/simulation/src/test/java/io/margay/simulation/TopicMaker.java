package io.margay.simulation;

import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Errors;
import io.margay.spi.controller.FakeController;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** The controller that a link asks for new topics: each partition has a replica on each node, and two have what is acknowledged. */
final class TopicMaker extends FakeController {
  private final SimulatedNode node;
  private final String region;

  TopicMaker(SimulatedNode node, String region) {
    this.node = node;
    this.region = region;
  }

  @Override
  public CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
      boolean internal) {
    Map<String, String> all = new TreeMap<>(configs);
    all.put("min.insync.replicas", "2");
    NewTopic topic = new NewTopic(name, Region.topicId(region, name), internal, Region.replicas(partitions), all);
    return Awaited.of(node.controller().<List<Outcome>>propose(new CreateTopics(List.of(topic)))
        .thenApply(outcomes -> outcomes.get(0).error()));
  }
}
