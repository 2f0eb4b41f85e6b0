package io.margay.controller.internal;

import io.margay.controller.internal.session.SessionKeeper;
import io.margay.controller.internal.session.SessionSettings;
import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.AllocateProducerIds;
import io.margay.controller.internal.state.Command.InitCluster;
import io.margay.controller.internal.state.CommandCodec;
import io.margay.controller.internal.state.MetadataStateMachine;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.controller.Controller;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.placement.ReplicaPlacer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller of this node: connects the state machine to the metadata log, carries images to publishers, and proposes
 * commands. Safe for all threads. {@link #start} replays the log; {@link #close} fails what is open with an error that clients
 * retry.
 */
public final class ControllerRuntime implements ClusterMetadata, Controller, AutoCloseable {
  /** How many producer ids a block has. */
  public static final int PRODUCER_ID_BLOCK = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(ControllerRuntime.class);
  private static final long CLOSE_WAIT_MS = 5_000;
  private static final int UNSET_TIMEOUT_MS = 1_000;
  private static final LineLimit UNEXPECTED = new LineLimit(Clock.SYSTEM);

  private final MetadataLog log;
  private final NodeSettings settings;
  private final ExecutorService executor;
  private final MetadataStateMachine machine;
  private final ImagePublisher publisher;
  private final TopicPlanner planner;
  private final Placements placements;
  private final TokenFinder tokenFinder;
  private final ListenerCheck listenerCheck;
  private final LineLimit refusals = new LineLimit(Clock.SYSTEM);
  private final BrokerPresence presence;
  private volatile boolean initialising;

  /**
   * @param log the metadata log
   * @param settings the settings of this node
   * @param placers the strategies that place replicas, as they come and go
   * @param partitioners the strategies that topics may name, as they come and go
   * @param outside what the sessions of brokers need
   */
  public ControllerRuntime(MetadataLog log, NodeSettings settings, NamedServices<ReplicaPlacer> placers,
      NamedServices<Partitioner> partitioners, BrokerPresence.Outside outside) {
    this(log, settings, placers, partitioners, outside, Executors.newSingleThreadExecutor(task -> {
      Thread thread = new Thread(task, "controller");
      thread.setDaemon(true);
      return thread;
    }));
  }

  /** The same; {@code executor} runs one task at a time, in order, and is shut down at the end. */
  ControllerRuntime(MetadataLog log, NodeSettings settings, NamedServices<ReplicaPlacer> placers,
      NamedServices<Partitioner> partitioners, BrokerPresence.Outside outside, ExecutorService executor) {
    this.log = log;
    this.settings = settings;
    this.executor = executor;
    this.presence = new BrokerPresence(log, settings, outside, this::propose);
    MetadataStateMachine[] holder = new MetadataStateMachine[1];
    this.publisher = new ImagePublisher(executor, () -> holder[0].takePublication(), outside.clock(), this::onImage);
    this.machine = new MetadataStateMachine(publisher::onChange, presence);
    holder[0] = machine;
    this.planner = new TopicPlanner(settings, partitioners);
    this.placements = new Placements(settings, placers);
    this.tokenFinder = new TokenFinder(settings);
    this.listenerCheck = new ListenerCheck(settings);
  }

  /** Replays the log, and gives a new cluster its id. When this returns, {@link #image} shows everything that was agreed on before. */
  public void start() {
    log.attach(machine);
    publisher.start();
  }

  private void onImage(ClusterImage image) {
    if (image.clusterId().isEmpty() && log.isLeader() && !initialising) {
      initialising = true;
      // The users first: a cluster without its id is begun again.
      FirstUsers.of(settings).map(this::propose).orElse(CompletableFuture.completedFuture(null)).thenCompose(users ->
          propose(new InitCluster(log.clusterId(), SupportedFeatures.forNewCluster()))).whenComplete((done, e) -> {
        initialising = false;
        if (e != null) {
          failedToTell("The new cluster could not be given its id", e);
        }
      });
    }
    presence.onImage(image);
  }

  @Override
  public ClusterImage image() {
    return publisher.image();
  }

  /** The id of the cluster, also before the first command was applied. */
  public String clusterId() {
    String id = image().clusterId();
    return id.isEmpty() ? log.clusterId() : id;
  }

  /** Identifies the process that a broker was registered by; null when the broker is not registered. */
  public UUID incarnation(BrokerId id) {
    return machine.incarnation(id);
  }

  /** The settings of this node. */
  public NodeSettings settings() {
    return settings;
  }

  /** Resolves defaults and plans new topics and partitions. */
  public TopicPlanner planner() {
    return planner;
  }

  /** Finds delegation tokens by their secrets. */
  public TokenFinder tokenFinder() {
    return tokenFinder;
  }

  /** Checks listeners before they are stored. */
  public ListenerCheck listenerCheck() {
    return listenerCheck;
  }

  /** Chooses the brokers of new partitions. */
  public Placements placements() {
    return placements;
  }

  /**
   * Proposes a command.
   *
   * @param command the command
   * @return completes with its result when all publishers have seen it, on any thread; exceptionally as {@link #error} tells
   * @param <T> the type of the command's result
   */
  public <T> CompletionStage<T> propose(Command command) {
    Short level = image().features().get(SupportedFeatures.METADATA_VERSION);
    if (level != null && level < command.level()) {
      return CompletableFuture.failedFuture(new RefusedException(Errors.UNSUPPORTED_VERSION, "The cluster's metadata.version is " + level
          + "; this needs " + command.level() + ". Raise it when all nodes have software that supports it."));
    }
    return log.propose(CommandCodec.encode(command)).thenCompose(answer -> {
      MetadataStateMachine.Applied applied = MetadataStateMachine.result(answer);
      @SuppressWarnings("unchecked")
      T result = (T) applied.result();
      return publisher.published(applied.index()).thenApply(v -> result);
    });
  }

  /**
   * The same, but waits no longer than a time. The command may take effect after that.
   *
   * @param timeoutMs milliseconds; 0 or less, by which some clients mean not to wait for other brokers, counts as a second
   */
  public <T> CompletionStage<T> propose(Command command, int timeoutMs) {
    return propose(command, timeoutMs, List.of());
  }

  /**
   * The same for a command that creates replicas.
   *
   * @param reserved closed when the command has taken effect, or never will
   */
  public <T> CompletionStage<T> propose(Command command, int timeoutMs, List<ClusterLimits.Reservation> reserved) {
    CompletionStage<T> proposed = propose(command);
    proposed.whenComplete((result, e) -> reserved.forEach(ClusterLimits.Reservation::close));
    return proposed.toCompletableFuture().copy().orTimeout(timeoutMs <= 0 ? UNSET_TIMEOUT_MS : timeoutMs,
        TimeUnit.MILLISECONDS);
  }

  /** The outcome that a client gets for a failure: the one place where exceptions become error codes. */
  public static Outcome error(Throwable failure) {
    Throwable cause = Placements.cause(failure);
    if (cause instanceof RefusedException refused) {
      return refused.outcome();
    } else if (cause instanceof MetadataLog.NotLeaderException) {
      return Outcome.of(Errors.NOT_CONTROLLER);
    } else if (cause instanceof MetadataLog.CommandTooLargeException) {
      return new Outcome(Errors.POLICY_VIOLATION, "The request is too large: " + cause.getMessage() + ".");
    } else if (cause instanceof TimeoutException || cause instanceof RejectedExecutionException) {
      return Outcome.of(Errors.REQUEST_TIMED_OUT);
    } else if (cause instanceof IOException) {
      return new Outcome(Errors.KAFKA_STORAGE_ERROR, "The metadata log cannot be written.");
    }
    long sinceLast = UNEXPECTED.pass(cause.getClass().getName());
    if (sinceLast != LineLimit.HELD) {
      LOG.error("A request failed for an unexpected reason sinceLast={}", sinceLast, cause);
    }
    return Outcome.of(Errors.UNKNOWN_SERVER_ERROR);
  }

  /**
   * Tells the cluster where clients reach this broker.
   *
   * @param advertised one endpoint per listener, with real ports
   */
  public void register(List<Endpoint> advertised) {
    presence.advertise(advertised);
  }

  /**
   * Hands leaderships over before this node stops. Waits at most {@code margay.controlled.shutdown.timeout.ms}; on a node without others it
   * does not wait.
   */
  public void shutDown() {
    int waitMs = settings.get(SessionSettings.MARGAY_CONTROLLED_SHUTDOWN_TIMEOUT_MS);
    long start = System.nanoTime();
    try {
      presence.shutDown().toCompletableFuture().get(waitMs, TimeUnit.MILLISECONDS);
      if (image().brokers().size() > 1) {
        LOG.info("This broker leads nothing that others can lead ms={}", (System.nanoTime() - start) / 1_000_000);
      }
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("This broker stops before others lead its partitions; they will when it is fenced waitedMs={}", waitMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The sessions of brokers, while this node leads. */
  public SessionKeeper sessions() {
    return presence.sessions();
  }

  private void failedToTell(String what, Throwable e) {
    Outcome why = error(e);
    if (why.error() == Errors.NOT_CONTROLLER) {
      // The controller that comes next does it again.
      LOG.info("{} brokerId={}: this controller stops", what, settings.nodeId());
    } else {
      LOG.error("{} brokerId={} errorCode={}", what, settings.nodeId(), why.error(), e);
    }
  }

  /** A publisher joins; higher rankings are called earlier. */
  public void addPublisher(MetadataPublisher joined, int ranking) {
    publisher.add(joined, ranking);
  }

  /** A publisher leaves; it is not called any more when this returns. */
  public void removePublisher(MetadataPublisher left) {
    publisher.remove(left);
  }

  @Override
  public CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
      boolean internal) {
    return placements.with(0, placer -> {
      ClusterImage image = image();
      int factor = internal ? planner.atMostBrokers(image, replicationFactor) : replicationFactor;
      return planner.plan(placer, image, name, partitions, factor, Map.of(), configs, internal);
    }).thenCompose(topic -> propose(topic, internal)).thenApply(outcomes -> outcomes.get(0).error()).exceptionally(e -> {
      if (Placements.cause(e) instanceof RefusedException refused) {
        long sinceLast = refusals.pass(refused.error().name());
        if (sinceLast != LineLimit.HELD) {
          LOG.warn("A topic was refused topic={} errorCode={} why={} sinceLast={}", name, refused.error(),
              refused.getMessage(), sinceLast);
        }
      }
      return error(e).error();
    });
  }

  /** Topics of the server do not count: without them nothing works. */
  private CompletionStage<List<Outcome>> propose(Command.NewTopic topic, boolean internal) {
    List<ClusterLimits.Reservation> reserved =
        internal ? List.of() : List.of(planner.limits().reserve(image(), topic.replicas()));
    CompletionStage<List<Outcome>> proposed = propose(new Command.CreateTopics(List.of(topic)));
    return proposed.whenComplete((outcomes, e) -> reserved.forEach(ClusterLimits.Reservation::close));
  }

  @Override
  public CompletionStage<ProducerIdBlock> allocateProducerIds() {
    return this.<Long>propose(new AllocateProducerIds(PRODUCER_ID_BLOCK))
        .thenApply(first -> new ProducerIdBlock(first, PRODUCER_ID_BLOCK));
  }

  @Override
  public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
    List<Command.NewIsr> isrs = changes.stream().map(c -> new Command.NewIsr(c.partition().topicId(), c.partition().partition(),
        c.leaderEpoch().value(), c.partitionEpoch(), new TreeMap<>(c.isr()), c.newEpoch())).toList();
    return this.<List<Outcome>>propose(new Command.AlterIsr(settings.nodeId(), brokerEpoch, isrs))
        .thenApply(outcomes -> outcomes.stream().map(Outcome::error).toList());
  }

  @Override
  public boolean registered() {
    return presence.registered();
  }

  @Override
  public CompletionStage<Void> whenRegistered() {
    return presence.whenRegistered();
  }

  @Override
  public CompletionStage<Void> whenActive() {
    return presence.whenActive();
  }

  /** Leaves the log. Open requests fail as if another node were the controller, so that clients ask again. */
  @Override
  public void close() {
    presence.close();
    log.detach(machine);
    publisher.close();
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_WAIT_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("A publisher of metadata is still busy at the end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
