package io.margay.transactions.internal;

import io.margay.coordinator.Brokers;
import io.margay.coordinator.CoordinatorException;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.partition.TransactionVerifier;
import io.margay.transactions.internal.handlers.TransactionCoordinatorService;
import io.margay.transactions.internal.remote.BrokerChannel;
import io.margay.transactions.internal.remote.RemoteVerification;
import io.margay.transactions.internal.state.Transaction;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies partitions with the coordinator of their transaction: on this broker directly, on another one with AddPartitionsToTxn. When a
 * partition is added while the producer's last transaction is still being ended, it asks again for a moment. Safe for all threads.
 */
final class CoordinatedVerifier implements TransactionVerifier, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatedVerifier.class);
  private static final LineLimit LINES = new LineLimit(Clock.SYSTEM);
  private static final long BYTES = 512;
  private static final int MOST_ITEMS = 1_000;
  private static final int MOST_PENDING = 10_000;

  /**
   * How often a partition is asked for again.
   *
   * @param backoffMs {@code add.partitions.to.txn.retry.backoff.ms}
   * @param maxMs {@code add.partitions.to.txn.retry.backoff.max.ms}
   */
  record Retry(int backoffMs, int maxMs) { }

  private final TransactionCoordinatorService coordinator;
  private final TransactionTopic topic;
  private final Brokers brokers;
  private final Scheduler scheduler;
  private final Retry retry;
  private final Map<BrokerId, BrokerChannel<RemoteVerification.Item>> channels = new ConcurrentHashMap<>();
  private final RemoteVerification exchange = new RemoteVerification();
  private final Set<CompletableFuture<Errors>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  CoordinatedVerifier(TransactionCoordinatorService coordinator, TransactionTopic topic, Brokers brokers, Scheduler scheduler,
      Retry retry) {
    this.coordinator = coordinator;
    this.topic = topic;
    this.brokers = brokers;
    this.scheduler = scheduler;
    this.retry = retry;
  }

  @Override
  public CompletionStage<Errors> verify(Claim claim, TopicPartition partition, boolean add) {
    if (closed || open.size() >= MOST_PENDING) {
      return CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE);
    }
    CompletableFuture<Errors> answer = new CompletableFuture<>();
    open.add(answer);
    answer.whenComplete((e, f) -> open.remove(answer));
    ask(claim, partition, add, add ? retry.maxMs() : 0, answer);
    if (closed) {
      answer.complete(Errors.COORDINATOR_NOT_AVAILABLE);
    }
    return answer;
  }

  private void ask(Claim claim, TopicPartition partition, boolean add, int leftMs, CompletableFuture<Errors> answer) {
    if (answer.isDone()) {
      // this was closed during the pause
      return;
    }
    CompletionStage<Errors> asked;
    try {
      asked = once(claim, partition, add);
    } catch (RuntimeException | Error e) {
      asked = CompletableFuture.failedFuture(e);
    }
    asked.exceptionally(CoordinatedVerifier::errorOf).thenAccept(error -> {
      if (error == Errors.CONCURRENT_TRANSACTIONS && leftMs > 0 && !closed) {
        scheduler.after(retry.backoffMs(), () -> ask(claim, partition, add, leftMs - retry.backoffMs(), answer));
      } else {
        answer.complete(error);
      }
    }).exceptionally(failure -> {
      answer.complete(errorOf(failure));
      return null;
    });
  }

  private static Errors errorOf(Throwable failure) {
    Errors error = CoordinatorException.errorOf(failure);
    if (error == Errors.UNKNOWN_SERVER_ERROR && LINES.pass("verify") != LineLimit.HELD) {
      LOG.error("A partition of a transaction could not be verified", failure);
    }
    return error;
  }

  private CompletionStage<Errors> once(Claim claim, TopicPartition partition, boolean add) {
    BrokerId broker = topic.coordinatorOf(claim.transactionalId());
    if (broker.equals(BrokerId.NONE)) {
      return CompletableFuture.completedFuture(Errors.COORDINATOR_NOT_AVAILABLE);
    }
    Set<TopicPartition> one = Set.of(partition);
    if (broker.equals(brokers.self())) {
      return add ? coordinator.add(claim, one, Transaction.V2, BYTES) : coordinator.verify(claim, one, BYTES).thenApply(all -> all.get(partition));
    }
    RemoteVerification.Item item = new RemoteVerification.Item(claim, partition, add, new CompletableFuture<>());
    BrokerChannel<RemoteVerification.Item> channel =
        channels.computeIfAbsent(broker, b -> new BrokerChannel<>(b, brokers, exchange, MOST_ITEMS));
    if (closed) {
      channel.close();
    }
    channel.add(item);
    return item.answer();
  }

  /** What waits is answered COORDINATOR_NOT_AVAILABLE. */
  @Override
  public void close() {
    closed = true;
    channels.values().forEach(BrokerChannel::close);
    open.forEach(answer -> answer.complete(Errors.COORDINATOR_NOT_AVAILABLE));
  }
}
