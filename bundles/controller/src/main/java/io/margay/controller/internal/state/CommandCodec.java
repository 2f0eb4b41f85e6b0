package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.AllocateProducerIds;
import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.AlterIsr;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.CreateAcls;
import io.margay.controller.internal.state.Command.CreatePartitions;
import io.margay.controller.internal.state.Command.CreateToken;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.DeleteAcls;
import io.margay.controller.internal.state.Command.DeleteTopics;
import io.margay.controller.internal.state.Command.ElectLeaders;
import io.margay.controller.internal.state.Command.ExtendToken;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.controller.internal.state.Command.FoundData;
import io.margay.controller.internal.state.Command.InitCluster;
import io.margay.controller.internal.state.Command.MorePartitions;
import io.margay.controller.internal.state.Command.NewIsr;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.controller.internal.state.Command.Reassign;
import io.margay.controller.internal.state.Command.Reassignment;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.RemoveTokens;
import io.margay.controller.internal.state.Command.ShutDownBroker;
import io.margay.controller.internal.state.Command.UnfenceBroker;
import io.margay.controller.internal.state.Command.UnregisterBroker;
import io.margay.controller.internal.state.Command.UpdateFeatures;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.consensus.StateMachine.UnsupportedCommandException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Commands as bytes: format version (int8), type (int8), fields in the order of the record. A type's number and fields never
 * change; a command with other fields is a new type.
 */
public final class CommandCodec {
  private static final int VERSION = 1;
  private static final String NEWER = "; it was written by newer software, install that again";
  private static final Operation[] OPERATIONS = Operation.values();

  private CommandCodec() { }

  /** The bytes of a command. */
  public static byte[] encode(Command command) {
    BinaryWriter out = new BinaryWriter().int8(VERSION);
    if (command instanceof InitCluster c) {
      out.int8(1).text(c.clusterId()).map(c.features(), BinaryWriter::text, (w, level) -> w.int16(level));
    } else if (command instanceof RegisterBroker c) {
      writeRegistration(out.int8(11), c);
    } else if (command instanceof UnregisterBroker c) {
      out.int8(3).int32(c.id().value());
    } else if (command instanceof CreateTopics c) {
      out.int8(4).list(c.topics(), CommandCodec::writeTopic);
    } else if (command instanceof DeleteTopics c) {
      out.int8(5).list(c.ids(), BinaryWriter::uuid);
    } else if (command instanceof CreatePartitions c) {
      out.int8(6).list(c.topics(), (w, t) -> w.uuid(t.topicId()).int32(t.existing()).list(t.replicas(), BinaryWriter::brokers));
    } else if (command instanceof AlterConfigs c) {
      out.int8(7).list(c.changes(), CommandCodec::writeChange);
    } else if (command instanceof AllocateProducerIds c) {
      out.int8(8).int32(c.size());
    } else if (command instanceof UpdateFeatures c) {
      out.int8(9).map(c.levels(), BinaryWriter::text, (w, level) -> w.int16(level));
    } else if (command instanceof AlterIsr c && c.changes().stream().anyMatch(NewIsr::newEpoch)) {
      out.int8(19).int32(c.broker().value()).int64(c.brokerEpoch()).list(c.changes(), (w, isr) -> {
        writeIsr(w, isr);
        w.bool(isr.newEpoch());
      });
    } else if (command instanceof AlterIsr c) {
      out.int8(10).int32(c.broker().value()).int64(c.brokerEpoch()).list(c.changes(), CommandCodec::writeIsr);
    } else if (command instanceof FenceBroker c) {
      out.int8(12).int32(c.id().value()).int64(c.epoch());
    } else if (command instanceof UnfenceBroker c) {
      out.int8(13).int32(c.id().value()).int64(c.epoch());
    } else if (command instanceof ShutDownBroker c) {
      out.int8(14).int32(c.id().value()).int64(c.epoch());
    } else if (command instanceof ElectLeaders c) {
      out.int8(15).bool(c.unclean()).list(c.partitions(), CommandCodec::writeRef);
    } else if (command instanceof Reassign c) {
      out.int8(16).list(c.partitions(), (w, r) -> writeRef(w, r.partition()).brokers(r.replicas()));
    } else if (command instanceof CreateAcls c) {
      out.int8(17).list(c.acls(), AclCodec::write);
    } else if (command instanceof DeleteAcls c) {
      out.int8(18).list(c.acls(), AclCodec::write);
    } else if (command instanceof CreateToken c) {
      TokenCommands.write(out.int8(20), c.token());
    } else if (command instanceof ExtendToken c) {
      out.int8(21).text(c.id()).int64(c.expiryMs());
    } else if (command instanceof RemoveTokens c) {
      out.int8(22).list(c.ids(), BinaryWriter::text).int64(c.expiredMs());
    } else {
      throw new IllegalStateException("no form for " + command);
    }
    return out.toBytes();
  }

  /**
   * The command that bytes stand for.
   *
   * @throws UnsupportedCommandException when newer software wrote them
   * @throws IllegalArgumentException when they are damaged
   */
  public static Command decode(byte[] bytes) {
    return BinaryReader.read(bytes, CommandCodec::read);
  }

  private static Command read(BinaryReader in) {
    int version = in.int8();
    if (version != VERSION) {
      throw new UnsupportedCommandException("a metadata change has format " + version + ", this software knows " + VERSION + NEWER);
    }
    int type = in.int8();
    return switch (type) {
      case 1 -> new InitCluster(in.text(), new TreeMap<>(in.map(BinaryReader::text, BinaryReader::int16)));
      // Written by nodes that were alone, so they led.
      case 2 -> new RegisterBroker(new BrokerId(in.int32()), in.uuid(), in.list(CommandCodec::readEndpoint), in.text(), true,
          FoundData.NONE, Registration.Defaults.UNKNOWN);
      case 3 -> new UnregisterBroker(new BrokerId(in.int32()));
      case 4 -> new CreateTopics(in.list(CommandCodec::readTopic));
      case 5 -> new DeleteTopics(in.list(BinaryReader::uuid));
      case 6 -> new CreatePartitions(in.list(r -> new MorePartitions(r.uuid(), r.int32(), r.list(BinaryReader::brokers))));
      case 7 -> new AlterConfigs(in.list(CommandCodec::readChange));
      case 8 -> new AllocateProducerIds(in.int32());
      case 9 -> new UpdateFeatures(new TreeMap<>(in.map(BinaryReader::text, BinaryReader::int16)));
      case 10 -> new AlterIsr(new BrokerId(in.int32()), in.int64(), in.list(r -> readIsr(r, false)));
      case 11 -> readRegistration(in);
      case 12 -> new FenceBroker(new BrokerId(in.int32()), in.int64());
      case 13 -> new UnfenceBroker(new BrokerId(in.int32()), in.int64());
      case 14 -> new ShutDownBroker(new BrokerId(in.int32()), in.int64());
      case 15 -> new ElectLeaders(in.bool(), in.list(CommandCodec::readRef));
      case 16 -> new Reassign(in.list(r -> new Reassignment(readRef(r), r.brokers())));
      case 17 -> new CreateAcls(in.list(AclCodec::read));
      case 18 -> new DeleteAcls(in.list(AclCodec::read));
      case 19 -> new AlterIsr(new BrokerId(in.int32()), in.int64(), in.list(r -> readIsr(r, true)));
      case 20 -> new CreateToken(TokenCommands.read(in));
      case 21 -> new ExtendToken(in.text(), in.int64());
      case 22 -> new RemoveTokens(in.list(BinaryReader::text), in.int64());
      default -> throw new UnsupportedCommandException("a metadata change has the unknown type " + type + NEWER);
    };
  }

  private static BinaryWriter writeRef(BinaryWriter out, PartitionRef ref) {
    return out.uuid(ref.topicId()).int32(ref.partition());
  }

  private static PartitionRef readRef(BinaryReader in) {
    return new PartitionRef(in.uuid(), in.int32());
  }

  private static void writeRegistration(BinaryWriter out, RegisterBroker c) {
    out.int32(c.id().value()).uuid(c.incarnation()).list(c.endpoints(), CommandCodec::writeEndpoint).text(c.rack()).bool(c.leads())
        .text(c.data().clusterId()).int64(c.data().epoch()).list(c.data().kept(), BinaryWriter::text);
    writeDefaults(out, c.defaults());
  }

  private static RegisterBroker readRegistration(BinaryReader in) {
    return new RegisterBroker(new BrokerId(in.int32()), in.uuid(), in.list(CommandCodec::readEndpoint), in.text(), in.bool(),
        new FoundData(in.text(), in.int64(), in.list(BinaryReader::text)), readDefaults(in));
  }

  static void writeDefaults(BinaryWriter out, Registration.Defaults defaults) {
    out.int32(defaults.minIsr()).bool(defaults.unclean()).bool(defaults.flushOnAck()).text(defaults.engine());
  }

  static Registration.Defaults readDefaults(BinaryReader in) {
    return new Registration.Defaults(in.int32(), in.bool(), in.bool(), in.text());
  }

  static void writeEndpoint(BinaryWriter out, Endpoint e) {
    out.text(e.listener()).text(e.protocol()).text(e.host()).int32(e.port());
  }

  static Endpoint readEndpoint(BinaryReader in) {
    return new Endpoint(in.text(), in.text(), in.text(), in.int32());
  }

  private static void writeIsr(BinaryWriter out, NewIsr change) {
    out.uuid(change.topicId()).int32(change.partition()).int32(change.leaderEpoch()).int32(change.partitionEpoch())
        .list(change.isr().entrySet(), (w, member) -> w.int32(member.getKey().value()).int64(member.getValue()));
  }

  /** @param withEpoch whether it says if the leader epoch rises */
  private static NewIsr readIsr(BinaryReader in, boolean withEpoch) {
    UUID topicId = in.uuid();
    int partition = in.int32();
    int leaderEpoch = in.int32();
    int partitionEpoch = in.int32();
    SortedMap<BrokerId, Long> isr = new TreeMap<>();
    in.list(r -> isr.put(new BrokerId(r.int32()), r.int64()));
    return new NewIsr(topicId, partition, leaderEpoch, partitionEpoch, isr, withEpoch && in.bool());
  }

  private static void writeTopic(BinaryWriter out, NewTopic t) {
    out.text(t.name()).uuid(t.id()).bool(t.internal()).list(t.replicas(), BinaryWriter::brokers)
        .map(t.configs(), BinaryWriter::text, BinaryWriter::text);
  }

  private static NewTopic readTopic(BinaryReader in) {
    return new NewTopic(in.text(), in.uuid(), in.bool(), in.list(BinaryReader::brokers),
        in.map(BinaryReader::text, BinaryReader::text));
  }

  static void writeResource(BinaryWriter out, ConfigResource resource) {
    out.int8(resource.type().code()).text(resource.name());
  }

  static ConfigResource readResource(BinaryReader in) {
    byte code = (byte) in.int8();
    ConfigResource.Type type = ConfigResource.Type.forStoredCode(code);
    if (type == null) {
      throw new IllegalArgumentException("unknown resource type " + code);
    }
    return new ConfigResource(type, in.text());
  }

  private static void writeChange(BinaryWriter out, ConfigChange change) {
    writeResource(out, change.resource());
    out.bool(change.replaceAll()).list(change.edits(),
        (w, e) -> w.text(e.name()).int8(e.operation().ordinal()).text(e.value()).text(e.whenUnset()));
  }

  private static ConfigChange readChange(BinaryReader in) {
    return new ConfigChange(readResource(in), in.bool(),
        in.list(r -> new ConfigEdit(r.text(), OPERATIONS[r.int8()], r.text(), r.text())));
  }
}
