package io.margay.replication.internal.follow;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.replication.internal.Cluster;
import io.margay.replication.internal.Followers;
import io.margay.replication.internal.PartitionFollower;
import io.margay.replication.internal.ReplicaSettings;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.follow.FollowerPorts.FetchSettings;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Gives each follower a fetcher: {@code num.replica.fetchers} for each leader, which begin with their first follower and end with
 * their last one. The answers of all leaders together take at most an eighth of what the heap may take, or 1 MiB each. The client
 * service is optional: while its bundle is updated, fetchers pause.
 */
@Component(service = { }, immediate = true)
public final class FollowerFetchers implements Followers.Fetching {
  private static final long LEAST_SHARE_BYTES = 1 << 20;
  /** Answers of leaders take this part of what the heap may take. */
  private static final int HEAP_PER_ANSWERS = 8;

  private record Name(BrokerId leader, int index) { }

  private final NodeSettings settings;
  private final Cluster cluster;
  private final FollowerPorts ports;
  private final int perLeader;
  private final Map<Name, LeaderFetcher> fetchers = new HashMap<>();
  private volatile RemoteClient client;
  /** How many fetchers there are. */
  private volatile int count;

  /** @param replication the partitions */
  @Activate
  public FollowerFetchers(@Reference ReplicationContext replication) {
    this.settings = replication.settings();
    this.cluster = replication.partitions().cluster();
    this.perLeader = settings.get(ReplicaSettings.NUM_REPLICA_FETCHERS);
    this.ports = new FollowerPorts(new FollowerPorts.Self(settings.nodeId(), this::brokerEpoch), this::address, () -> client,
        task -> replication.reads().run(task, () -> { }), new FollowerPorts.Time(replication.clock(), replication.scheduler()),
        new FollowerThrottle(replication.throttles()), this::fetchSettings);
    cluster.followers().attach(this);
  }

  /** @param comes opens connections from now on */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  public void setClient(RemoteClient comes) {
    client = comes;
    brokersChanged();
  }

  /** @param leaves opens no more connections; those that it opened break */
  public void unsetClient(RemoteClient leaves) {
    client = client == leaves ? null : client;
  }

  /** Ends all fetchers. */
  @Deactivate
  public void close() {
    cluster.followers().detach(this);
    List<LeaderFetcher> last;
    synchronized (this) {
      last = List.copyOf(fetchers.values());
      fetchers.clear();
    }
    last.forEach(LeaderFetcher::close);
  }

  private Name name(PartitionFollower follower) {
    return new Name(follower.leader(), Math.floorMod(follower.id().hashCode(), perLeader));
  }

  @Override
  public void follow(PartitionFollower follower) {
    LeaderFetcher fetcher;
    synchronized (this) {
      fetcher = fetchers.computeIfAbsent(name(follower), name -> new LeaderFetcher(name.leader(), name.index(), ports));
      count = fetchers.size();
      fetcher.follow(follower);
    }
  }

  @Override
  public void leave(PartitionFollower follower) {
    LeaderFetcher empty = null;
    synchronized (this) {
      LeaderFetcher fetcher = fetchers.get(name(follower));
      if (fetcher != null) {
        fetcher.leave(follower);
        if (fetcher.isEmpty()) {
          empty = fetchers.remove(name(follower));
          count = fetchers.size();
        }
      }
    }
    if (empty != null) {
      empty.close();
    }
  }

  @Override
  public void brokersChanged() {
    List<LeaderFetcher> all;
    synchronized (this) {
      all = new ArrayList<>(fetchers.values());
    }
    all.forEach(LeaderFetcher::changed);
  }

  private long brokerEpoch() {
    BrokerImage self = cluster.image().brokers().get(settings.nodeId());
    return self == null ? -1 : self.epoch();
  }

  private Endpoint address(BrokerId leader) {
    ClusterImage image = cluster.image();
    BrokerImage broker = image.brokers().get(leader);
    if (broker == null || broker.endpoints().isEmpty()) {
      return null;
    }
    Setting<?> setting = settings.definition(Setting.Scope.BROKER, "inter.broker.listener.name");
    Object listener = setting == null ? null : settings.get(setting);
    Endpoint named = listener == null ? null : broker.endpoint(listener.toString());
    return named != null ? named : broker.endpoints().get(0);
  }

  private FetchSettings fetchSettings() {
    // all answers together take at most a part of the memory, however many leaders there are
    long share = Math.max(LEAST_SHARE_BYTES, Runtime.getRuntime().maxMemory() / HEAP_PER_ANSWERS / Math.max(1, count));
    return new FetchSettings(settings.get(ReplicaSettings.REPLICA_FETCH_MAX_BYTES),
        (int) Math.min(share, settings.get(ReplicaSettings.REPLICA_FETCH_RESPONSE_MAX_BYTES)), settings.get(ReplicaSettings.REPLICA_FETCH_MIN_BYTES),
        settings.get(ReplicaSettings.REPLICA_FETCH_WAIT_MAX_MS), settings.get(ReplicaSettings.MARGAY_REPLICA_COMMIT_WAIT_MS),
        settings.get(ReplicaSettings.REPLICA_FETCH_BACKOFF_MS), settings.get(ReplicaSettings.REPLICA_SOCKET_TIMEOUT_MS));
  }
}
