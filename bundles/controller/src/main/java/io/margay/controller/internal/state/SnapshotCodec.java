package io.margay.controller.internal.state;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.DelegationToken;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.model.acl.Acl;
import io.margay.spi.consensus.StateMachine.UnsupportedCommandException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The whole state as bytes, everything sorted, so that equal states have equal bytes.
 *
 * <pre>
 * format = 2 (int8) | section ...
 * section: type (int8) | version (int8) | length (int32) | content
 * types: 1 cluster id, features, next producer id | 2 brokers | 3 topics | 4 configs | 5 ACLs, only when there are some | 6 delegation tokens, the same
 * </pre>
 *
 * A type's number and the layout of its version never change; another layout is a new version. A section that this software does not
 * know was written by newer software, which is needed to go on. Format 1 had the same contents in one piece
 * ({@link SnapshotFormat1}), and is still read.
 *
 * <p>The controller is not in it: the log tells who leads.
 */
final class SnapshotCodec {
  private static final int FORMAT = 2;
  private static final int CLUSTER = 1;
  private static final int BROKERS = 2;
  private static final int TOPICS = 3;
  private static final int CONFIGS = 4;
  private static final int ACLS = 5;
  private static final int TOKENS = 6;
  private static final int VERSION = 1;
  /** With what each process found. */
  private static final int BROKERS_VERSION = 2;
  private static final List<Integer> NEEDED = List.of(CLUSTER, BROKERS, TOPICS, CONFIGS);
  private static final int IN_SYNC = 1;
  private static final int ELIGIBLE = 2;
  private static final int REASSIGNED = 4;

  private SnapshotCodec() { }

  static byte[] encode(ClusterState state) {
    BinaryWriter out = new BinaryWriter().int8(FORMAT);
    section(out, CLUSTER, w -> w.text(state.clusterId()).map(state.features(), BinaryWriter::text, (x, level) -> x.int16(level))
        .int64(state.nextProducerId()));
    section(out, BROKERS, w -> w.list(state.brokers().values(),
        (x, broker) -> writeBroker(x, broker, state.registrations().get(broker.id()))));
    List<TopicImage> topics = state.topics().values().stream().sorted(Comparator.comparing(TopicImage::name)).toList();
    section(out, TOPICS, w -> w.list(topics, (x, t) -> x.text(t.name()).uuid(t.id()).bool(t.internal())
        .list(t.partitions(), SnapshotCodec::writePartition)));
    var configs = state.configs().entrySet().stream().sorted(Map.Entry.comparingByKey(
        Comparator.<ConfigResource>comparingInt(r -> r.type().code()).thenComparing(r -> r.name()))).toList();
    section(out, CONFIGS, w -> w.list(configs, (x, e) -> {
      CommandCodec.writeResource(x, e.getKey());
      x.map(new TreeMap<>(e.getValue()), BinaryWriter::text, BinaryWriter::text);
    }));
    if (!state.acls().isEmpty()) { // software without ACLs can read the others
      section(out, ACLS, w -> w.list(state.acls(), AclCodec::write));
    }
    if (!state.tokens().isEmpty()) {
      section(out, TOKENS, w -> w.list(state.tokens().values().stream().sorted(Comparator.comparing(DelegationToken::id)).toList(),
          TokenCommands::write));
    }
    return out.toBytes();
  }

  private static void section(BinaryWriter out, int type, java.util.function.Consumer<BinaryWriter> content) {
    int start = out.int8(type).int8(type == BROKERS ? BROKERS_VERSION : VERSION).int32(0).size();
    content.accept(out);
    out.setInt32(start - Integer.BYTES, out.size() - start);
  }

  private static void writeBroker(BinaryWriter out, BrokerImage broker, Registration registration) {
    out.int32(broker.id().value()).int64(broker.epoch()).list(broker.endpoints(), CommandCodec::writeEndpoint).text(broker.rack())
        .bool(broker.fenced()).bool(broker.shuttingDown()).uuid(registration.incarnation());
    CommandCodec.writeDefaults(out, registration.defaults());
    out.int64(registration.found());
  }

  /** Most partitions have all replicas in sync: a byte tells which lists follow. */
  private static void writePartition(BinaryWriter out, PartitionImage p) {
    ReplicaSet m = p.members();
    boolean inSync = m.isr().equals(m.replicas());
    boolean eligible = !m.elr().isEmpty() || !m.lastKnownElr().isEmpty();
    out.int8((inSync ? IN_SYNC : 0) | (eligible ? ELIGIBLE : 0) | (m.reassigning() ? REASSIGNED : 0)).brokers(m.replicas());
    if (!inSync) {
      out.brokers(m.isr());
    }
    if (eligible) {
      out.brokers(m.elr()).brokers(m.lastKnownElr());
    }
    if (m.reassigning()) {
      out.brokers(m.adding()).brokers(m.removing());
    }
    out.int32(p.leader().value()).int32(p.leaderEpoch().value()).int32(p.partitionEpoch());
  }

  /**
   * Reads what {@link #encode} wrote, now or earlier.
   *
   * @throws UnsupportedCommandException when newer software wrote it
   * @throws IllegalArgumentException when it is damaged
   */
  static ClusterState decode(byte[] bytes) {
    return BinaryReader.read(bytes, SnapshotCodec::read);
  }

  private static ClusterState read(BinaryReader in) {
    int format = in.int8();
    if (format == SnapshotFormat1.FORMAT) {
      return SnapshotFormat1.read(in);
    } else if (format != FORMAT) {
      throw new UnsupportedCommandException("the metadata snapshot has format " + format + ", this software knows up to " + FORMAT
          + "; it was written by newer software, install that again");
    }
    ClusterState state = new ClusterState();
    Set<Integer> seen = new HashSet<>();
    while (in.hasRemaining()) {
      int type = in.int8();
      int version = in.int8();
      if (type < CLUSTER || type > TOKENS || version < VERSION || version > (type == BROKERS ? BROKERS_VERSION : VERSION)) {
        throw new UnsupportedCommandException("the metadata snapshot has a section of type " + type + " version " + version
            + " that this software does not know; it was written by newer software, install that again");
      }
      if (!seen.add(type)) {
        throw new IllegalArgumentException("the metadata snapshot has two sections of type " + type);
      }
      int end = in.end(in.int32());
      readSection(state, type, version, in);
      if (in.position() != end) {
        throw new IllegalArgumentException("section " + type + " of the metadata snapshot ends at " + in.position() + " instead of "
            + end);
      }
    }
    if (!seen.containsAll(NEEDED)) {
      throw new IllegalArgumentException("the metadata snapshot has only the sections " + seen);
    }
    return state;
  }

  private static void readSection(ClusterState state, int type, int version, BinaryReader in) {
    switch (type) {
      case CLUSTER -> {
        state.setClusterId(in.text());
        state.setFeatures(new TreeMap<>(in.map(BinaryReader::text, BinaryReader::int16)));
        state.setNextProducerId(in.int64());
      }
      case BROKERS -> in.list(r -> {
        BrokerImage broker = new BrokerImage(new BrokerId(r.int32()), r.int64(), r.list(CommandCodec::readEndpoint), r.text(), r.bool(),
            r.bool());
        state.putBroker(broker, new Registration(r.uuid(), CommandCodec.readDefaults(r), version == VERSION ? -1 : r.int64()));
        return broker;
      });
      case TOPICS -> in.list(r -> {
        TopicImage topic = new TopicImage(r.text(), r.uuid(), r.bool(), readPartitions(r));
        state.putTopic(topic);
        return topic;
      });
      case CONFIGS -> readConfigs(state, in);
      case TOKENS -> in.list(r -> {
        DelegationToken token = TokenCommands.read(r);
        state.putToken(token);
        return token;
      });
      default -> in.list(r -> {
        Acl acl = AclCodec.read(r);
        state.addAcl(acl);
        return acl;
      });
    }
  }

  static void readConfigs(ClusterState state, BinaryReader in) {
    in.list(r -> {
      var resource = CommandCodec.readResource(r);
      state.setConfig(resource, r.map(BinaryReader::text, BinaryReader::text));
      return resource;
    });
  }

  private static List<PartitionImage> readPartitions(BinaryReader in) {
    int[] next = {0};
    return in.list(r -> {
      int lists = r.int8();
      List<BrokerId> replicas = r.brokers();
      List<BrokerId> isr = (lists & IN_SYNC) != 0 ? replicas : r.brokers();
      boolean eligible = (lists & ELIGIBLE) != 0;
      boolean reassigned = (lists & REASSIGNED) != 0;
      ReplicaSet members = new ReplicaSet(replicas, isr, eligible ? r.brokers() : List.of(), eligible ? r.brokers() : List.of(),
          reassigned ? r.brokers() : List.of(), reassigned ? r.brokers() : List.of());
      return new PartitionImage(next[0]++, members, new BrokerId(r.int32()), new LeaderEpoch(r.int32()), r.int32());
    });
  }
}
