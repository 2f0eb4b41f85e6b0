package io.margay.controller.internal.state;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import java.util.List;
import java.util.TreeMap;

/**
 * Reads snapshots of the format that single nodes wrote.
 *
 * <pre>
 * format = 1 (int8) | cluster id | brokers (each with its incarnation) | topics | configs | features | next producer id
 * </pre>
 */
final class SnapshotFormat1 {
  static final int FORMAT = 1;

  private SnapshotFormat1() { }

  /** The state; the format has been read. */
  static ClusterState read(BinaryReader in) {
    ClusterState state = new ClusterState();
    state.setClusterId(in.text());
    in.list(r -> {
      BrokerId id = new BrokerId(r.int32());
      Registration registration = new Registration(r.uuid(), Registration.Defaults.UNKNOWN, -1);
      state.putBroker(new BrokerImage(id, r.int64(), r.list(CommandCodec::readEndpoint), r.text(), r.bool()), registration);
      return id;
    });
    in.list(r -> {
      TopicImage topic = new TopicImage(r.text(), r.uuid(), r.bool(), readPartitions(r));
      state.putTopic(topic);
      return topic;
    });
    SnapshotCodec.readConfigs(state, in);
    state.setFeatures(new TreeMap<>(in.map(BinaryReader::text, BinaryReader::int16)));
    state.setNextProducerId(in.int64());
    return state;
  }

  private static List<PartitionImage> readPartitions(BinaryReader in) {
    int[] next = {0};
    return in.list(r -> {
      List<BrokerId> replicas = r.brokers();
      List<BrokerId> isr = r.brokers();
      return new PartitionImage(next[0]++, replicas, isr.equals(replicas) ? replicas : isr, new BrokerId(r.int32()),
          new LeaderEpoch(r.int32()), r.int32());
    });
  }
}
