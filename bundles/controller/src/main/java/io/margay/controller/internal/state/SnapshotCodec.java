package io.margay.controller.internal.state;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The whole state as bytes, everything sorted, so that equal states have equal bytes.
 *
 * <pre>
 * version = 1 (int8) | cluster id | brokers (each with its incarnation) | topics | configs | features | next producer id
 * </pre>
 *
 * <p>The controller is not in it: the log tells who leads.
 */
final class SnapshotCodec {
  private static final int VERSION = 1;

  private SnapshotCodec() { }

  static byte[] encode(ClusterState state) {
    BinaryWriter out = new BinaryWriter().int8(VERSION).text(state.clusterId());
    out.list(state.brokers().values(), (w, b) -> {
      w.int32(b.id().value()).uuid(state.incarnation(b.id())).int64(b.epoch()).list(b.endpoints(), CommandCodec::writeEndpoint);
      w.text(b.rack()).bool(b.fenced());
    });
    List<TopicImage> topics = state.topics().values().stream().sorted(Comparator.comparing(TopicImage::name)).toList();
    out.list(topics, (w, t) -> w.text(t.name()).uuid(t.id()).bool(t.internal())
        .list(t.partitions(), SnapshotCodec::writePartition));
    var configs = state.configs().entrySet().stream().sorted(Map.Entry.comparingByKey(
        Comparator.<ConfigResource>comparingInt(r -> r.type().code()).thenComparing(r -> r.name()))).toList();
    out.list(configs, (w, e) -> {
      CommandCodec.writeResource(w, e.getKey());
      w.map(new TreeMap<>(e.getValue()), BinaryWriter::text, BinaryWriter::text);
    });
    return out.map(state.features(), BinaryWriter::text, (w, level) -> w.int16(level)).int64(state.nextProducerId()).toBytes();
  }

  private static void writePartition(BinaryWriter out, PartitionImage p) {
    out.brokers(p.replicas()).brokers(p.isr()).int32(p.leader().value()).int32(p.leaderEpoch().value()).int32(p.partitionEpoch());
  }

  static ClusterState decode(byte[] bytes) {
    return BinaryReader.read(bytes, SnapshotCodec::read);
  }

  private static ClusterState read(BinaryReader in) {
    int version = in.int8();
    if (version != VERSION) {
      throw new IllegalArgumentException("the metadata snapshot has format version " + version + ", expected " + VERSION);
    }
    ClusterState state = new ClusterState();
    state.setClusterId(in.text());
    in.list(r -> {
      BrokerId id = new BrokerId(r.int32());
      var incarnation = r.uuid();
      state.putBroker(new BrokerImage(id, r.int64(), r.list(CommandCodec::readEndpoint), r.text(), r.bool()), incarnation);
      return id;
    });
    in.list(r -> {
      TopicImage topic = new TopicImage(r.text(), r.uuid(), r.bool(), readPartitions(r));
      state.putTopic(topic);
      return topic;
    });
    in.list(r -> {
      var resource = CommandCodec.readResource(r);
      state.setConfig(resource, r.map(BinaryReader::text, BinaryReader::text));
      return resource;
    });
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
