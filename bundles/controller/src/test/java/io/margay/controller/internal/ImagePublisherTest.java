package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.state.MetadataStateMachine.Publication;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.MetadataPublisher;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One thread plays the metadata log and the executor. */
class ImagePublisherTest {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<String> calls = new ArrayList<>();
  private Publication next;
  private final ImagePublisher publisher = new ImagePublisher(tasks::add, this::take, Clock.SYSTEM, image -> { });

  private Publication take() {
    Publication taken = next;
    next = null;
    return taken;
  }

  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private void change(long offset) {
    ClusterImage image = new ClusterImage("id", offset, new BrokerId(1), new TreeMap<>(), TopicsImage.EMPTY, Map.of(), Map.of());
    next = new Publication(new ClusterDelta(false, Set.of(), Set.of(), Set.of(), true), image);
    publisher.onChange();
  }

  private MetadataPublisher named(String name) {
    return (delta, image) -> calls.add(name + image.offset());
  }

  @Test
  void failureAndErrorStopNeitherTheOthersNorTheAnswer() {
    publisher.start();
    publisher.add((delta, image) -> {
      throw new StackOverflowError("on purpose");
    }, 3);
    publisher.add((delta, image) -> {
      throw new IllegalStateException("on purpose");
    }, 2);
    publisher.add(named("last"), 1);
    run();
    calls.clear();
    change(5);
    CompletableFuture<Void> published = publisher.published(5).toCompletableFuture();
    run();
    assertThat(calls).containsExactly("last5");
    assertThat(published).isCompleted();
    change(6);
    run();
    assertThat(calls).containsExactly("last5", "last6");
  }

  @Test
  void anImageThatShowsNothingNewIsNotShown() {
    publisher.start();
    publisher.add(named("seen"), 1);
    run();
    calls.clear();
    for (long offset = 0; offset < 3; offset++) {
      next = new Publication(new ClusterDelta(false, Set.of(), Set.of(), Set.of(), false, Map.of(), offset == 1),
          new ClusterImage("id", offset, new BrokerId(1), new TreeMap<>(), TopicsImage.EMPTY, Map.of(), Map.of()));
      publisher.onChange();
      run();
    }
    assertThat(calls).containsExactly("seen1");
    assertThat(publisher.image().offset()).isEqualTo(2);
  }

  @Test
  void whileAPublisherIsSlowTheLogGoesOnAndItsChangesBecomeOneImage() {
    publisher.start();
    publisher.add((delta, image) -> {
      calls.add("slow" + image.offset());
      if (image.offset() == 1) {
        // What happens while this call lasts.
        change(2);
        change(3);
        assertThat(publisher.image().offset()).isEqualTo(1);
      }
    }, 1);
    publisher.add(named("other"), 0);
    run();
    calls.clear();
    change(1);
    run();
    assertThat(calls).containsExactly("slow1", "other1", "slow3", "other3");
  }

  @Test
  void publisherThatLeavesDuringAPublicationIsNotCalledAgain() {
    publisher.start();
    MetadataPublisher leaves = named("leaves");
    publisher.add((delta, image) -> publisher.remove(leaves), 1);
    publisher.add(leaves, 0);
    change(1);
    run();
    calls.clear();
    change(2);
    run();
    assertThat(calls).isEmpty();
  }

  @Test
  void closingAnswersProposersWithAFailure() {
    publisher.start();
    CompletableFuture<Void> open = publisher.published(9).toCompletableFuture();
    publisher.close();
    assertThat(open).isCompletedExceptionally();
    assertThat(publisher.published(10).toCompletableFuture()).isCompletedExceptionally();
  }
}
