package io.margay.controller.internal;

import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses where replicas go: asks the strategy that {@code margay.placement} names, and checks its answer. While the strategy is
 * away, requests that need it wait, bounded, and then get an error that clients may retry; no other strategy replaces it. Safe for
 * all threads.
 */
public final class Placements {
  private static final Logger LOG = LoggerFactory.getLogger(Placements.class);

  private final NodeSettings settings;
  private final NamedServices<ReplicaPlacer> placers;

  /**
   * @param settings name the strategy
   * @param placers the strategies that are installed
   */
  public Placements(NodeSettings settings, NamedServices<ReplicaPlacer> placers) {
    this.settings = settings;
    this.placers = placers;
  }

  /**
   * Plans something with the strategy.
   *
   * @param timeoutMs how long the request waits, in milliseconds; 0 for {@code margay.handler.wait.ms}, which is also the
   *     longest wait
   * @param plan called once, with the strategy; on this thread when it is installed, else on the thread that installs it
   * @return completes with the plan; exceptionally with what it throws, or with a {@link RefusedException} when there is no
   *     strategy
   * @param <T> the plan's type
   */
  public <T> CompletionStage<T> with(int timeoutMs, Function<Placer, T> plan) {
    String name = settings.get(ControllerSettings.MARGAY_PLACEMENT);
    int mostMs = settings.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS);
    int waitMs = timeoutMs <= 0 ? mostMs : Math.min(timeoutMs, mostMs);
    CompletableFuture<T> planned = new CompletableFuture<>();
    placers.await(name, waitMs).whenComplete((lease, e) -> {
      if (e != null) {
        String why = e instanceof TimeoutException ? placers.missing(name) : e.toString();
        LOG.warn("No replicas can be placed setting=margay.placement value={} why={}", name, why);
        planned.completeExceptionally(new RefusedException(Errors.REQUEST_TIMED_OUT,
            "Replicas cannot be placed, margay.placement is " + name + ": " + why + "."));
        return;
      }
      T done;
      try (ServiceHolder.Lease<ReplicaPlacer> use = lease) {
        done = plan.apply(new Placer(name, use.service()));
      } catch (RuntimeException failure) {
        planned.completeExceptionally(failure);
        return;
      }
      // Only now: what follows must not keep the strategy from leaving.
      planned.complete(done);
    });
    return planned;
  }

  /**
   * The same, if the strategy is needed at all; else the plan is made at once, without one.
   *
   * @param needed whether it is
   */
  public <T> CompletionStage<T> with(boolean needed, int timeoutMs, Function<Placer, T> plan) {
    return needed ? with(timeoutMs, plan) : CompletableFuture.completedFuture(plan.apply(null));
  }

  /** A cause without the exception that a stage wraps around it. */
  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
  }

  /** The strategy for one plan. */
  public static final class Placer {
    private final String name;
    private final ReplicaPlacer strategy;

    Placer(String name, ReplicaPlacer strategy) {
      this.name = name;
      this.strategy = strategy;
    }

    /**
     * Places partitions.
     *
     * @param image the cluster
     * @param from index of the first partition
     * @param to index after the last partition
     * @param replicationFactor replicas of each
     * @param start any number {@code >= 0}; where the first round begins
     * @return the replicas of each partition, the preferred leader first
     * @throws RefusedException when there are too few brokers, the strategy refuses, or its answer is wrong
     */
    List<List<BrokerId>> place(ClusterImage image, int from, int to, int replicationFactor, int start) {
      Collection<BrokerImage> brokers = image.brokers().values();
      long usable = brokers.stream().filter(BrokerImage::active).count();
      if (replicationFactor < 1) {
        throw new RefusedException(Errors.INVALID_REPLICATION_FACTOR,
            "Replication factor must be larger than 0, or -1 to use the default value.");
      }
      if (replicationFactor > usable) {
        throw new RefusedException(Errors.INVALID_REPLICATION_FACTOR, "Unable to replicate the partition " + replicationFactor
            + " time(s): The target replication factor of " + replicationFactor + " cannot be reached because only " + usable
            + " broker(s) are registered.");
      }
      PlacementRequest request = new PlacementRequest(
          brokers.stream().map(b -> new PlacementBroker(b.id(), b.rack(), !b.active())).toList(), from, to, replicationFactor,
          start);
      List<List<BrokerId>> placed;
      try {
        placed = strategy.place(request);
      } catch (IllegalArgumentException e) {
        throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT, e.getMessage());
      }
      check(image, request, placed);
      return placed;
    }

    /** A strategy may come from anywhere, so its answer is checked before it is written. */
    private void check(ClusterImage image, PlacementRequest request, List<List<BrokerId>> placed) {
      int count = request.to() - request.from();
      String wrong = placed == null || placed.size() != count ? "did not place " + count + " partitions" : null;
      for (int i = 0; wrong == null && i < count; i++) {
        List<BrokerId> replicas = placed.get(i);
        if (replicas == null || replicas.size() != request.replicationFactor()
            || new HashSet<>(replicas).size() != replicas.size()
            || replicas.stream().anyMatch(b -> !image.brokers().containsKey(b) || !image.brokers().get(b).active())) {
          wrong = "gave partition " + (request.from() + i) + " the replicas " + replicas;
        }
      }
      if (wrong != null) {
        LOG.error("A placement strategy is broken: it {} placement={} strategy={}", wrong, name, strategy.getClass().getName());
        throw new RefusedException(Errors.UNKNOWN_SERVER_ERROR, "The placement " + name + " is broken: it " + wrong + ".");
      }
    }
  }
}
