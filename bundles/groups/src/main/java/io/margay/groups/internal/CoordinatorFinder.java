package io.margay.groups.internal;

import io.margay.coordinator.ShardHash;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FindCoordinatorResponse.Coordinator;
import io.margay.spi.controller.Controller;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the broker that coordinates a key: the leader of the key's partition of an internal topic, {@code __consumer_offsets} for groups
 * and {@code __transaction_state} for transactional ids. The first question ever creates the topic and waits until the partition is led,
 * so that the first client of a new cluster need not ask again. Safe for all threads.
 */
final class CoordinatorFinder implements AutoCloseable {
  /** The topic of groups and offsets. */
  static final String OFFSETS_TOPIC = "__consumer_offsets";
  /** The topic of transactional ids. */
  static final String TRANSACTION_TOPIC = "__transaction_state";
  /** The topic of share partitions. */
  static final String SHARE_TOPIC = "__share_group_state";
  private static final int MAX_WAITING = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorFinder.class);

  /** The settings, always the newest. */
  interface Settings {
    /** @return partitions of the topic when it is created */
    int partitions();

    /** @return replicas of the topic; a smaller cluster gives it as many as it has brokers */
    int replicationFactor();

    /**
     * @param replicas how many replicas the topic gets
     * @return settings of the topic by name
     */
    Map<String, String> topicConfigs(int replicas);

    /** @return milliseconds that a question may wait for the topic */
    int waitMs();

    /** @return milliseconds that a request may wait for a shard that is led here and not served at the moment */
    int shardWaitMs();
  }

  private final String topicName;
  private final ClusterMetadata metadata;
  private final Controller controller;
  private final Scheduler scheduler;
  private final Settings settings;
  private final BrokerId self;
  private final Set<Question> waiting = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean creating = new AtomicBoolean();
  private final LineLimit logs = new LineLimit(Clock.SYSTEM);
  private volatile IntPredicate servedHere = shard -> true;
  private volatile boolean closed;

  /**
   * @param topicName the topic whose partitions hold the keys
   * @param metadata the newest image
   * @param controller creates the topic
   * @param scheduler timers
   * @param settings of the topic
   * @param self this broker
   */
  CoordinatorFinder(String topicName, ClusterMetadata metadata, Controller controller, Scheduler scheduler, Settings settings,
      BrokerId self) {
    this.topicName = topicName;
    this.metadata = metadata;
    this.controller = controller;
    this.scheduler = scheduler;
    this.settings = settings;
    this.self = self;
  }

  /** @param served whether this broker has loaded a shard */
  void servedHere(IntPredicate served) {
    this.servedHere = served;
  }

  /**
   * @param shard index of a shard
   * @return whether this broker leads its partition, according to the image, so that it is served here or soon will be
   */
  boolean ledHere(int shard) {
    TopicImage topic = closed ? null : metadata.image().topic(topicName);
    return topic != null && shard < topic.partitions().size() && topic.partitions().get(shard).leader().equals(self);
  }

  /** @return how long a request waits for its shard, in milliseconds */
  int shardWaitMs() {
    return settings.shardWaitMs();
  }

  /** @return how many shards the keys are spread over */
  int shards() {
    TopicImage topic = metadata.image().topic(topicName);
    return topic == null ? settings.partitions() : topic.partitions().size();
  }

  CompletableFuture<Coordinator> find(String key, String listener) {
    Question question = new Question(key, listener);
    if (!question.tryAnswer()) {
      if (closed || waiting.size() >= MAX_WAITING) {
        question.answer(failed(key, Errors.COORDINATOR_NOT_AVAILABLE));
      } else {
        await(question);
      }
    }
    return question.future;
  }

  private void await(Question question) {
    question.timer = scheduler.after(settings.waitMs(),
        () -> question.answer(failed(question.key, Errors.COORDINATOR_NOT_AVAILABLE)));
    waiting.add(question);
    if (metadata.image().topic(topicName) == null) {
      create();
    }
    // what was waited for may have happened just before
    recheck();
    if (closed) {
      close();
    }
  }

  private void create() {
    if (!creating.compareAndSet(false, true)) {
      return;
    }
    int brokers = (int) metadata.image().brokers().values().stream().filter(b -> !b.fenced()).count();
    int replicas = Math.max(1, Math.min(settings.replicationFactor(), brokers));
    LOG.info("Creating the topic of a coordinator. topic={} partitions={} replicationFactor={}", topicName,
        settings.partitions(), replicas);
    Map<String, String> configs = settings.topicConfigs(replicas);
    controller.createTopic(topicName, settings.partitions(), replicas, configs, true).whenComplete((error, e) -> {
      creating.set(false);
      if ((e != null || error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS) && logs.pass("not created") >= 0) {
        LOG.error("Cannot create the topic of a coordinator. topic={} errorCode={}", topicName, error, e);
      }
      if (e != null || error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS) {
        waiting.forEach(q -> q.answer(failed(q.key, Errors.COORDINATOR_NOT_AVAILABLE)));
      } else {
        recheck();
      }
    });
  }

  /** Something has changed that a question may have waited for. */
  void recheck() {
    waiting.forEach(Question::tryAnswer);
  }

  @Override
  public void close() {
    closed = true;
    waiting.forEach(q -> q.answer(failed(q.key, Errors.COORDINATOR_NOT_AVAILABLE)));
  }

  private static Coordinator failed(String key, Errors error) {
    return failed(key, error, error.message());
  }

  /** An answer that names no coordinator. */
  static Coordinator failed(String key, Errors error, String message) {
    return new Coordinator().setKey(key).setNodeId(-1).setHost("").setPort(-1).setErrorCode(error.code())
        .setErrorMessage(message);
  }

  /** The answer as things are now; null when there is none yet. */
  private Coordinator lookUp(String key, String listener) {
    ClusterImage image = metadata.image();
    TopicImage topic = image.topic(topicName);
    if (topic == null) {
      return null;
    }
    PartitionImage partition = topic.partitions().get(ShardHash.shardOf(key, topic.partitions().size()));
    BrokerImage broker = image.brokers().get(partition.leader());
    Endpoint endpoint = broker == null || broker.fenced() ? null : broker.endpoint(listener);
    if (endpoint == null || partition.leader().equals(self) && !servedHere.test(partition.index())) {
      return null;
    }
    return new Coordinator().setKey(key).setNodeId(broker.id().value()).setHost(endpoint.host()).setPort(endpoint.port());
  }

  /** A question that may wait, answered once. */
  private final class Question {
    private final String key;
    private final String listener;
    private final CompletableFuture<Coordinator> future = new CompletableFuture<>();
    private volatile Scheduler.Timer timer;

    Question(String key, String listener) {
      this.key = key;
      this.listener = listener;
    }

    boolean tryAnswer() {
      Coordinator found = lookUp(key, listener);
      if (found != null) {
        answer(found);
      }
      return found != null;
    }

    void answer(Coordinator answer) {
      waiting.remove(this);
      if (future.complete(answer) && timer != null) {
        timer.cancel();
      }
    }
  }
}
