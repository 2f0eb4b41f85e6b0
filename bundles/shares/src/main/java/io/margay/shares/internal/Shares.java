package io.margay.shares.internal;

import io.margay.coordinator.Brokers;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.model.BrokerId;
import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ReadShareGroupStateRequest;
import io.margay.protocol.message.ReadShareGroupStateResponse;
import io.margay.protocol.message.WriteShareGroupStateRequest;
import io.margay.shares.internal.fetch.ShareAcknowledgeHandler;
import io.margay.shares.internal.fetch.ShareFetchHandler;
import io.margay.shares.internal.fetch.ShareService;
import io.margay.shares.internal.fetch.ShareSessions;
import io.margay.shares.internal.leader.DeadLetters;
import io.margay.shares.internal.leader.ShareEnvironment;
import io.margay.shares.internal.leader.SharePartitions;
import io.margay.shares.internal.leader.StateAccess;
import io.margay.shares.internal.letters.DeadLetterQueues;
import io.margay.shares.internal.letters.Post;
import io.margay.shares.internal.letters.Requests;
import io.margay.shares.internal.remote.BrokerLinks;
import io.margay.shares.internal.remote.StateRouter;
import io.margay.shares.internal.state.ReadApi;
import io.margay.shares.internal.state.StateApi;
import io.margay.shares.internal.state.StateCoordinator;
import io.margay.shares.internal.state.StateHandler;
import io.margay.shares.internal.state.StateKey;
import io.margay.shares.internal.state.StateTopic;
import io.margay.shares.internal.state.WriteApi;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.handler.ApiHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * The parts of this bundle, put together without a container: the share coordinator, the way to the others, and the share partitions that this
 * broker leads. Safe for all threads.
 */
final class Shares implements AutoCloseable {
  private static final long DRAIN_MS = 2_000;

  private final StateTopic topic;
  private final StateCoordinator coordinator;
  private final StateRouter router;
  private final BrokerLinks links;
  private final SharePartitions partitions;
  private final ShareSessions sessions;
  private final ShareFetchHandler fetches;
  private final ShareAcknowledgeHandler acknowledgements;
  private final Supplier<CompletionStage<?>> createTopic;

  /**
   * What they need.
   *
   * @param runtime for the share coordinator; its executor also does what may wait for a disk
   * @param settings the settings and the cluster
   * @param brokers how other brokers are reached
   * @param createTopic creates the topic of states; completes when it is there or cannot be created now
   * @param requests reaches the handlers of this broker
   */
  record Environment(CoordinatorRuntime.Environment runtime, SettingsOfShares settings, Brokers brokers,
      Supplier<CompletionStage<?>> createTopic, Requests requests) { }

  Shares(Environment environment) {
    CoordinatorRuntime.Environment runtime = environment.runtime;
    SettingsOfShares settings = environment.settings;
    this.createTopic = environment.createTopic;
    this.topic = new StateTopic(settings.metadata(), settings.values().nodeId(),
        () -> settings.values().get(InternalTopicSettings.SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS));
    this.coordinator = new StateCoordinator(runtime, topic, settings);
    this.router = new StateRouter(coordinator, new StateRouter.Coordinators() {
      @Override
      public BrokerId coordinatorOf(StateKey key) {
        return topic.coordinatorOf(key);
      }

      @Override
      public CompletionStage<?> created() {
        return topic.exists() ? CompletableFuture.completedFuture(null) : createTopic.get();
      }
    }, environment.brokers);
    LineLimit logs = new LineLimit(runtime.clock());
    this.links = new BrokerLinks(environment.brokers);
    DeadLetters letters = new DeadLetterQueues(new Post(settings::image, links, environment.requests, runtime.clock(), runtime.scheduler()),
        settings, runtime.executor(), logs);
    ShareEnvironment share =
        new ShareEnvironment(runtime.clock(), runtime.scheduler(), runtime.executor(), access(), settings, letters, logs);
    this.partitions = new SharePartitions(share, () -> settings.values().get(ShareSettings.MARGAY_SHARES_PARTITIONS_MAX));
    this.sessions = new ShareSessions(() -> settings.values().get(ShareSettings.GROUP_SHARE_MAX_SHARE_SESSIONS), share::elapsedMs);
    ShareService service = new ShareService(settings, partitions, sessions, runtime.scheduler());
    this.fetches = new ShareFetchHandler(service, runtime.scheduler(), runtime.executor());
    this.acknowledgements = new ShareAcknowledgeHandler(service);
  }

  private StateAccess access() {
    ReadApi readApi = new ReadApi();
    WriteApi writeApi = new WriteApi();
    return new StateAccess() {
      @Override
      public CompletionStage<ReadShareGroupStateResponse.PartitionResult> read(StateKey key, int leaderEpoch) {
        return router.ask(readApi, key.groupId(), List.of(new StateApi.Item<>(key.topicId(), key.partition(),
            new ReadShareGroupStateRequest.PartitionData().setPartition(key.partition()).setLeaderEpoch(leaderEpoch))))
            .handle((results, e) -> e == null && results.size() == 1 ? results.get(0).data()
                : readApi.failed(key.partition(), Errors.COORDINATOR_NOT_AVAILABLE, null));
      }

      @Override
      public CompletionStage<Errors> write(StateKey key, WriteShareGroupStateRequest.PartitionData change) {
        return router.ask(writeApi, key.groupId(), List.of(new StateApi.Item<>(key.topicId(), key.partition(), change)))
            .handle((results, e) -> e == null && results.size() == 1 ? Errors.forCode(results.get(0).data().errorCode())
                : Errors.COORDINATOR_NOT_AVAILABLE);
      }
    };
  }

  List<ApiHandler> handlers() {
    List<ApiHandler> all = new ArrayList<>(StateHandler.of(coordinator));
    all.add(fetches);
    all.add(acknowledgements);
    return all;
  }

  StateCoordinator coordinator() {
    return coordinator;
  }

  StateRouter router() {
    return router;
  }

  SharePartitions partitions() {
    return partitions;
  }

  ShareSessions sessions() {
    return sessions;
  }

  // ------------------------------------------------------------------------------------------------ the end

  /** Answers the fetches that wait. */
  void answerWaiting() {
    fetches.close();
  }

  /** Waits a moment for acknowledgements that are being written. */
  void drain() {
    long until = System.nanoTime() + DRAIN_MS * 1_000_000;
    while (partitions.isWriting() && System.nanoTime() < until) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    partitions.close();
    links.close();
    router.close();
    coordinator.close();
  }
}
