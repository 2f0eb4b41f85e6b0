package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.HeapSize;
import io.margay.protocol.message.StreamsGroupDescribeResponse;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest.TopologyDescription;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest.TopologyDescriptionGlobalStore;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest.TopologyDescriptionNode;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest.TopologyDescriptionSubtopology;
import java.util.ArrayList;
import java.util.List;

/**
 * What an application says about the nodes of its topology, for people (KIP-1331). Immutable after it was made.
 *
 * @param epoch of the topology
 * @param said as it was said; not to be changed
 */
record DescribedTopology(int epoch, TopologyDescription said) {
  private static final int NODE_BYTES = 240;
  private static final int NAME_BYTES = 16;

  /** Estimated bytes of heap. */
  long bytes() {
    long bytes = NODE_BYTES;
    for (TopologyDescriptionSubtopology s : said.subtopologies()) {
      bytes += NODE_BYTES + HeapSize.of(s.subtopologyId());
      for (TopologyDescriptionNode n : s.nodes()) {
        bytes += bytes(n);
      }
    }
    for (TopologyDescriptionGlobalStore g : said.globalStores()) {
      bytes += bytes(g.source()) + bytes(g.processor());
    }
    return bytes;
  }

  private static long bytes(TopologyDescriptionNode n) {
    long bytes = NODE_BYTES + HeapSize.of(n.name()) + HeapSize.of(n.sinkTopic());
    for (List<String> names : List.of(n.sourceTopics(), n.stores(), n.successors())) {
      for (String name : names) {
        bytes += NAME_BYTES + HeapSize.of(name);
      }
    }
    return bytes;
  }

  /** As StreamsGroupDescribe shows it. */
  StreamsGroupDescribeResponse.TopologyDescription shown() {
    StreamsGroupDescribeResponse.TopologyDescription result = new StreamsGroupDescribeResponse.TopologyDescription();
    for (TopologyDescriptionSubtopology s : said.subtopologies()) {
      StreamsGroupDescribeResponse.TopologyDescriptionSubtopology part =
          new StreamsGroupDescribeResponse.TopologyDescriptionSubtopology().setSubtopologyId(s.subtopologyId());
      s.nodes().forEach(n -> part.nodes().add(shown(n)));
      result.subtopologies().add(part);
    }
    said.globalStores().forEach(g -> result.globalStores().add(
        new StreamsGroupDescribeResponse.TopologyDescriptionGlobalStore().setSource(shown(g.source())).setProcessor(shown(g.processor()))));
    return result;
  }

  private static StreamsGroupDescribeResponse.TopologyDescriptionNode shown(TopologyDescriptionNode n) {
    return new StreamsGroupDescribeResponse.TopologyDescriptionNode().setName(n.name()).setNodeType(n.nodeType())
        .setSourceTopics(new ArrayList<>(n.sourceTopics())).setSinkTopic(n.sinkTopic()).setStores(new ArrayList<>(n.stores()))
        .setSuccessors(new ArrayList<>(n.successors()));
  }
}
