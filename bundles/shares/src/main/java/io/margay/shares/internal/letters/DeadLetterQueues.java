package io.margay.shares.internal.letters;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.LineLimit;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.shares.internal.leader.DeadLetters;
import io.margay.spi.log.LogSuspendedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letter queues of share groups (KIP-1191). All letters of a share partition go to the same partition of the topic, in the order of their
 * offsets. A letter that cannot be written in time is given up, with a line in the log: the group goes on.
 *
 * <p>A leader that has resigned writes no more letters: the next one does. While a log is suspended its letters wait.
 *
 * <p>Safe for all threads. What it keeps: for each share partition that copies, letters of {@value LetterReader#BATCH_BYTES} bytes, and of what was
 * given up in one batch of its log; a producer id for each partition that was written to.
 */
public final class DeadLetterQueues implements DeadLetters {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterQueues.class);
  private static final int LOOKS = 100;
  private static final long LOOK_AGAIN_MS = 100;

  private final Post post;
  private final LetterSettings settings;
  private final LetterTopic topics;
  private final Executor blocking;
  private final LineLimit logs;
  private final Map<TopicPartition, LetterBox> boxes = new ConcurrentHashMap<>();

  /**
   * @param post how letters reach their topics
   * @param settings the settings
   * @param blocking reads records, which may wait for a disk
   * @param logs limits log lines
   */
  public DeadLetterQueues(Post post, LetterSettings settings, Executor blocking, LineLimit logs) {
    this.post = post;
    this.settings = settings;
    this.topics = new LetterTopic(post.image(), settings, post.requests());
    this.blocking = blocking;
    this.logs = logs;
  }

  @Override
  public CompletableFuture<Boolean> copy(Batch batch) {
    String name = settings.letterTopic(batch.key().groupId());
    String refusal = name.isEmpty() ? "the group has none any more" : topics.refusal(name);
    if (refusal != null) {
      lost(batch, name, refusal);
      return CompletableFuture.completedFuture(true);
    }
    return CompletableFuture.completedFuture(null).thenCompose(go -> topics.created(name)).thenCompose(error ->
        error != Errors.NONE ? lost(batch, name, "it cannot be created: " + error) : known(batch, name, LOOKS).thenCompose(topic ->
            topic == null ? lost(batch, name, "it does not appear") : copy(batch, topic))).exceptionallyCompose(e ->
                lost(batch, name, e.toString())).thenApply(done -> isLed(batch));
  }

  /** Whether the share partition is led here, for all that is known; the image may know of the next leader before this broker has resigned. */
  private boolean isLed(Batch batch) {
    TopicPartition tp = new TopicPartition(batch.log().id().topic(), batch.key().partition());
    PartitionImage now = post.image().get().partition(tp);
    return batch.isLed().getAsBoolean() && !post.links().closed()
        && (now == null || now.leaderEpoch().value() <= batch.log().leaderEpoch().value());
  }

  private CompletionStage<Void> lost(Batch batch, String topic, String why) {
    if (isLed(batch) && logs.pass("letters") >= 0) {
      LOG.warn("Records that a share group gave up cannot be copied to its dead letter topic. group={} topic={} reason={}",
          batch.key().groupId(), topic, why);
    }
    return CompletableFuture.completedFuture(null);
  }

  /** The image may know a new topic a little later. */
  private CompletionStage<TopicImage> known(Batch batch, String name, int looks) {
    TopicImage topic = post.image().get().topic(name);
    return topic != null || looks == 0 || !isLed(batch) ? CompletableFuture.completedFuture(topic)
        : later().thenCompose(go -> known(batch, name, looks - 1));
  }

  private CompletableFuture<Void> later() {
    CompletableFuture<Void> later = new CompletableFuture<>();
    post.scheduler().after(LOOK_AGAIN_MS, () -> later.complete(null));
    return later;
  }

  private CompletionStage<Void> copy(Batch batch, TopicImage topic) {
    TopicPartition to = new TopicPartition(topic.name(), batch.key().partition() % topic.partitions().size());
    LetterBox box = boxes.computeIfAbsent(to, tp -> new LetterBox(tp, post));
    return present(batch, to, LOOKS).thenCompose(there ->
        next(batch, box, new LetterReader(batch, there, settings.copiesRecords(batch.key().groupId()))));
  }

  /** What was copied before: looked up when a leader before may have done so. */
  private CompletionStage<Set<Long>> present(Batch batch, TopicPartition to, int looks) {
    if (!batch.again()) {
      return CompletableFuture.completedFuture(Set.of());
    }
    return CompletableFuture.completedFuture(null)
        .thenCompose(go -> new LetterSearch(post, to, batch.key(), batch.log().id().topic()).run()).exceptionallyCompose(failure -> {
          LOG.debug("Cannot look for letters now. topic={} partition={}", to.topic(), to.partition(), failure);
          return looks == 0 || !isLed(batch) ? CompletableFuture.completedFuture(Set.of())
              : later().thenCompose(go -> present(batch, to, looks - 1));
        });
  }

  private CompletionStage<Void> next(Batch batch, LetterBox box, LetterReader reader) {
    if (!isLed(batch)) {
      return CompletableFuture.completedFuture(null);
    }
    return CompletableFuture.supplyAsync(() -> read(reader), blocking).thenCompose(letters -> letters == null
        ? later().thenCompose(go -> next(batch, box, reader)) : letters.isEmpty() ? CompletableFuture.completedFuture(null)
            : send(batch, box, letters).thenCompose(done -> next(batch, box, reader)));
  }

  /** Null while the log is suspended, because a part is being replaced: what is in the records must not be lost for that. */
  private static List<Letter> read(LetterReader reader) {
    try {
      return reader.read();
    } catch (LogSuspendedException e) {
      LOG.debug("The letters of a share partition wait for its log", e);
      return null;
    }
  }

  private CompletionStage<Void> send(Batch batch, LetterBox box, List<Letter> letters) {
    return box.send(letters, () -> isLed(batch)).thenCompose(error -> {
      if (error == Errors.NONE) {
        return CompletableFuture.completedFuture(null);
      }
      boolean tooLarge = error == Errors.MESSAGE_TOO_LARGE || error == Errors.RECORD_LIST_TOO_LARGE;
      if (tooLarge && letters.size() > 1) {
        int half = letters.size() / 2;
        return send(batch, box, new ArrayList<>(letters.subList(0, half)))
            .thenCompose(done -> send(batch, box, new ArrayList<>(letters.subList(half, letters.size()))));
      }
      Letter bare = letters.get(0).bare();
      return tooLarge && bare.sizeBytes() < letters.get(0).sizeBytes() ? send(batch, box, List.of(bare))
          : lost(batch, settings.letterTopic(batch.key().groupId()), error.toString());
    });
  }
}
