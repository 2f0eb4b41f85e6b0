package io.margay.controller.internal;

import io.margay.controller.internal.state.MetadataStateMachine.Publication;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.MetadataPublisher;
import io.margay.metadata.TopicImage;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.consensus.MetadataLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries images to the publishers, and then answers to the proposers. All of that happens on one executor that runs one task
 * at a time, not on the metadata log's thread: while publishers are busy the log goes on, and what it applied meanwhile becomes
 * one image. Readers of {@link #image} see an image before the publishers do, and never wait. A publisher that fails stops no
 * other one; one that is slow delays the others, and is named in the log.
 */
final class ImagePublisher {
  private static final Logger LOG = LoggerFactory.getLogger(ImagePublisher.class);
  private static final long REMOVE_WAIT_MS = 10_000;
  private static final long SLOW_MS = 1_000;

  private record Waiter(long index, CompletableFuture<Void> published) { }

  private static final class Member {
    private final MetadataPublisher publisher;
    private final int ranking;
    private volatile boolean removed;

    Member(MetadataPublisher publisher, int ranking) {
      this.publisher = publisher;
      this.ranking = ranking;
    }
  }

  private final Executor executor;
  private final Clock clock;
  private final LineLimit slow;
  private final Supplier<Publication> source;
  private final Consumer<ClusterImage> published;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  // Touched on the executor only.
  private final List<Member> members = new ArrayList<>();
  private volatile ClusterImage image = ClusterImage.EMPTY;
  private volatile Thread running;
  private volatile boolean started;
  private volatile boolean closed;

  /**
   * @param executor runs one task at a time, in order
   * @param source gives what changed since its last call, or null
   * @param clock tells which publishers are slow
   * @param published takes each image after the publishers, also one that they were not shown because nothing changed for them
   */
  ImagePublisher(Executor executor, Supplier<Publication> source, Clock clock, Consumer<ClusterImage> published) {
    this.published = published;
    this.executor = executor;
    this.clock = clock;
    this.slow = new LineLimit(clock);
    this.source = source;
  }

  /** The newest image. */
  ClusterImage image() {
    return image;
  }

  /** Something changed. Returns at once; before {@link #start} it has no effect, so a replay makes no images on the way. */
  void onChange() {
    if (started && !closed && scheduled.compareAndSet(false, true)) {
      execute(this::publish);
    }
  }

  private void execute(Runnable task) {
    try {
      executor.execute(() -> {
        running = Thread.currentThread();
        try {
          task.run();
        } finally {
          running = null;
        }
      });
    } catch (RejectedExecutionException e) {
      // The executor ends only after close(), which fails all waiters itself.
      LOG.debug("A publication was dropped at the end", e);
    }
  }

  private void publish() {
    scheduled.set(false);
    Publication publication = source.get();
    if (publication != null) {
      image = publication.image();
      ClusterDelta delta = publication.delta();
      if (!delta.isEmpty()) {
        for (Member member : List.copyOf(members)) {
          tell(member, delta, publication.image());
        }
      }
      published.accept(publication.image());
    }
    for (Waiter w = waiters.peek(); w != null && w.index() <= image.offset(); w = waiters.peek()) {
      // remove() and not poll(): close() may take the same one.
      if (waiters.remove(w)) {
        w.published().complete(null);
      }
    }
  }

  private void tell(Member member, ClusterDelta delta, ClusterImage image) {
    if (member.removed) {
      return;
    }
    long start = clock.nanos();
    try {
      member.publisher.onImage(delta, image);
    } catch (Throwable e) {
      // Also an Error: the others must learn what happened, and the proposers wait for their answers.
      LOG.error("A publisher failed on a metadata image publisher={} offset={}", member.publisher.getClass().getName(),
          image.offset(), e);
    }
    long ms = (clock.nanos() - start) / 1_000_000;
    if (ms >= SLOW_MS) {
      String name = member.publisher.getClass().getName();
      long sinceLast = slow.pass(name);
      if (sinceLast != LineLimit.HELD) {
        LOG.warn("A publisher was slow with a metadata image; other publishers and clients waited for it publisher={} ms={}"
            + " sinceLast={}", name, ms, sinceLast);
      }
    }
  }

  /** Takes over what is there already, on the caller's thread. Called once, before there are publishers. */
  void start() {
    Publication publication = source.get();
    if (publication != null) {
      image = publication.image();
      published.accept(image);
    }
    started = true;
    onChange();
  }

  /**
   * A publisher joins; its first call, on the executor, shows everything that is there.
   *
   * @param ranking higher ones are called earlier
   */
  void add(MetadataPublisher publisher, int ranking) {
    Member member = new Member(publisher, ranking);
    execute(() -> {
      members.add(member);
      members.sort(Comparator.comparingInt((Member m) -> -m.ranking));
      ClusterImage now = image;
      tell(member, everything(now), now);
    });
  }

  private static ClusterDelta everything(ClusterImage image) {
    Set<TopicImage> topics = new HashSet<>(image.topics().values());
    Set<ConfigResource> configs = image.configs().keySet();
    return new ClusterDelta(true, topics, Set.of(), configs, true);
  }

  /** A publisher leaves. It is not called any more, and no call to it is under way, when this returns; waits at most 10 s. */
  void remove(MetadataPublisher publisher) {
    CountDownLatch done = new CountDownLatch(1);
    Runnable removal = () -> {
      members.removeIf(m -> {
        m.removed |= m.publisher == publisher;
        return m.removed;
      });
      done.countDown();
    };
    if (Thread.currentThread() == running) {
      removal.run();
      return;
    }
    execute(removal);
    try {
      if (!closed && !done.await(REMOVE_WAIT_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("A publisher leaves while it is still busy publisher={}", publisher.getClass().getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for an image.
   *
   * @param index the index of a command
   * @return completes, on the executor, when all publishers have returned from the image that holds that command; exceptionally
   *     when this is closed before
   */
  CompletionStage<Void> published(long index) {
    Waiter waiter = new Waiter(index, new CompletableFuture<>());
    waiters.add(waiter);
    if (closed) {
      failWaiters();
    } else {
      onChange();
    }
    return waiter.published();
  }

  /** No publisher is called any more; waiting proposers get an exception that says that this is no controller now. */
  void close() {
    closed = true;
    failWaiters();
  }

  private void failWaiters() {
    for (Waiter w = waiters.poll(); w != null; w = waiters.poll()) {
      w.published().completeExceptionally(
          new MetadataLog.NotLeaderException("the controller of this node stops"));
    }
  }
}
