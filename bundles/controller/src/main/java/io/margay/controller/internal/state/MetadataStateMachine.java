package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.AllocateProducerIds;
import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.AlterIsr;
import io.margay.controller.internal.state.Command.CreateAcls;
import io.margay.controller.internal.state.Command.CreatePartitions;
import io.margay.controller.internal.state.Command.CreateToken;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.DeleteAcls;
import io.margay.controller.internal.state.Command.DeleteTopics;
import io.margay.controller.internal.state.Command.ElectLeaders;
import io.margay.controller.internal.state.Command.ExtendToken;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.controller.internal.state.Command.UnfenceBroker;
import io.margay.controller.internal.state.Command.ShutDownBroker;
import io.margay.controller.internal.state.Command.InitCluster;
import io.margay.controller.internal.state.Command.Reassign;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.RemoveTokens;
import io.margay.controller.internal.state.Command.UnregisterBroker;
import io.margay.controller.internal.state.Command.UpdateFeatures;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.spi.consensus.StateMachine;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The state of the cluster as a function of the commands. Commands are applied by the metadata log's thread; images are taken by
 * the controller's thread, which may be behind: several commands then become one image. Both hold this object's monitor, for
 * microseconds.
 */
public final class MetadataStateMachine implements StateMachine {
  /** Odd, with well mixed bits: 2 to the power of 32 divided by the golden ratio. */
  private static final int SPREAD = 0x9E3779B9;

  /**
   * The result of a command.
   *
   * @param index the command's place in the log
   * @param result what the command gives back
   */
  public record Applied(long index, Object result) { }

  /**
   * A new image and what led to it.
   *
   * @param delta what changed since the publication before
   * @param image the image
   */
  public record Publication(ClusterDelta delta, ClusterImage image) { }

  /** Is told at once of what sessions of brokers depend on, on the metadata log's thread, in order and without the monitor. */
  public interface Watcher {
    /**
     * Called after each command.
     *
     * @param brokers the same object as before when no broker has changed
     * @param offset index of the command
     */
    void onBrokers(SortedMap<BrokerId, BrokerImage> brokers, long offset);

    /**
     * Another node leads the log.
     *
     * @param leader its id, or NONE
     * @param self whether that is this node
     */
    void onLeader(BrokerId leader, boolean self);
  }

  private static final Watcher NOBODY = new Watcher() {
    @Override
    public void onBrokers(SortedMap<BrokerId, BrokerImage> brokers, long offset) {
      // nothing depends on it
    }

    @Override
    public void onLeader(BrokerId leader, boolean self) {
      // nothing depends on it
    }
  };

  private final Runnable onChange;
  private final Watcher watcher;
  private ClusterState state = new ClusterState();
  private long offset = -1;
  private boolean dirty = true;

  /** @param onChange called, with the monitor not held, after something was applied */
  public MetadataStateMachine(Runnable onChange) {
    this(onChange, NOBODY);
  }

  /** The same with a watcher. */
  public MetadataStateMachine(Runnable onChange, Watcher watcher) {
    this.onChange = onChange;
    this.watcher = watcher;
  }

  @Override
  public byte[] apply(long index, long timestampMs, byte[] command) {
    Object result;
    SortedMap<BrokerId, BrokerImage> brokers;
    synchronized (this) {
      offset = index;
      dirty = true;
      result = apply(CommandCodec.decode(command), index);
      brokers = state.brokers();
    }
    watcher.onBrokers(brokers, index);
    onChange.run();
    return ResultCodec.encode(new Applied(index, result));
  }

  /**
   * The result of a command.
   *
   * @param bytes what {@link #apply} gave, here or on another node
   */
  public static Applied result(byte[] bytes) {
    return ResultCodec.decode(bytes);
  }

  private Object apply(Command command, long index) {
    if (command instanceof CreateTopics c) {
      return TopicCommands.create(state, c);
    } else if (command instanceof DeleteTopics c) {
      return TopicCommands.delete(state, c);
    } else if (command instanceof CreatePartitions c) {
      return TopicCommands.createPartitions(state, c);
    } else if (command instanceof AlterConfigs c) {
      return ConfigCommands.alter(state, c);
    } else if (command instanceof RegisterBroker c) {
      return BrokerCommands.register(state, c, index);
    } else if (command instanceof ElectLeaders c) {
      return PartitionCommands.electLeaders(state, c);
    } else if (command instanceof Reassign c) {
      return PartitionCommands.reassign(state, c);
    } else if (command instanceof FenceBroker c) {
      return BrokerCommands.fence(state, c.id(), c.epoch());
    } else if (command instanceof UnfenceBroker c) {
      return BrokerCommands.unfence(state, c.id(), c.epoch());
    } else if (command instanceof ShutDownBroker c) {
      return BrokerCommands.shutDown(state, c.id(), c.epoch());
    } else if (command instanceof UnregisterBroker c) {
      return BrokerCommands.unregister(state, c);
    } else if (command instanceof AllocateProducerIds c) {
      return allocate(c.size());
    } else if (command instanceof UpdateFeatures c) {
      return updateFeatures(c.levels());
    } else if (command instanceof AlterIsr c) {
      return PartitionCommands.alterIsr(state, c);
    } else if (command instanceof CreateAcls c) {
      return AclCommands.create(state, c);
    } else if (command instanceof DeleteAcls c) {
      return AclCommands.delete(state, c);
    } else if (command instanceof CreateToken c) {
      return TokenCommands.create(state, c);
    } else if (command instanceof ExtendToken c) {
      return TokenCommands.extend(state, c);
    } else if (command instanceof RemoveTokens c) {
      return TokenCommands.remove(state, c);
    } else if (command instanceof InitCluster c) {
      return init(c);
    }
    throw new IllegalStateException("no rule for " + command);
  }

  private Boolean init(InitCluster command) {
    if (!state.clusterId().isEmpty()) {
      return Boolean.FALSE;
    }
    state.setClusterId(command.clusterId());
    state.setNextProducerId(Math.max(state.nextProducerId(), firstProducerId(command.clusterId())));
    return updateFeatures(command.features());
  }

  /**
   * Where a cluster's producer ids begin: each cluster has about four billion of its own. Batches of another cluster may be in its logs, and a
   * producer of this one with the id of one of theirs would have its records taken for repetitions.
   */
  static long firstProducerId(String clusterId) {
    return 1L + (clusterId.hashCode() * SPREAD >>> 12) << 32;
  }

  private Boolean updateFeatures(SortedMap<String, Short> levels) {
    SortedMap<String, Short> result = new TreeMap<>(state.features());
    result.putAll(levels);
    result.values().removeIf(level -> level == 0);
    state.setFeatures(result);
    return Boolean.TRUE;
  }

  private Long allocate(int size) {
    long first = state.nextProducerId();
    state.setNextProducerId(first + size);
    return first;
  }

  @Override
  public synchronized byte[] snapshot() {
    return SnapshotCodec.encode(state);
  }

  @Override
  public void restore(long index, byte[] snapshot) {
    SortedMap<BrokerId, BrokerImage> brokers;
    synchronized (this) {
      ClusterState before = state;
      state = SnapshotCodec.decode(snapshot);
      state.delta().replaces(before.delta(), before.topics().values(), before.configs().keySet());
      state.setController(before.controller());
      offset = index;
      dirty = true;
      brokers = state.brokers();
    }
    watcher.onBrokers(brokers, index);
    onChange.run();
  }

  @Override
  public void onLeader(int leaderId, boolean self) {
    BrokerId leader = leaderId < 0 ? BrokerId.NONE : new BrokerId(leaderId);
    synchronized (this) {
      state.setController(leader);
      dirty = true;
    }
    watcher.onLeader(leader, self);
    onChange.run();
  }

  /** Identifies the process that a broker was registered by; null when the broker is not registered. */
  public synchronized UUID incarnation(BrokerId id) {
    Registration registration = state.registrations().get(id);
    return registration == null ? null : registration.incarnation();
  }

  /** What changed since the last call, or null when nothing was applied. */
  public synchronized Publication takePublication() {
    if (!dirty) {
      return null;
    }
    dirty = false;
    return new Publication(state.delta().take(), state.image(offset));
  }
}
