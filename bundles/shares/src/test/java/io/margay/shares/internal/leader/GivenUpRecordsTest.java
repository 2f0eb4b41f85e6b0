package io.margay.shares.internal.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import io.margay.shares.internal.partition.Acknowledgement;
import io.margay.shares.internal.partition.Acquired;
import io.margay.shares.internal.partition.GivenUp;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of records that a share group has given up. */
class GivenUpRecordsTest extends SharePartitionsFixture {
  @Test
  void whatIsGivenUpIsCopiedOnceItIsWrittenAsSuch() {
    limits.deadLetters = true;
    limits.deliveryLimit = 2;
    log.append(4);
    fetch("a");
    states.hold = true;
    leader().acknowledge("a", List.of(new Acknowledgement(0, 3, List.of((byte) 3, (byte) 1, (byte) 2, (byte) 2))));
    assertThat(letters).as("not written yet").isEmpty();
    copied = new CompletableFuture<>();
    states.release();
    assertThat(letters).containsExactly(new GivenUp(0, 0, (short) 1, GivenUp.REJECTED));
    assertThat(states.start(KEY)).as("the record is still needed").isZero();
    fetch("a");
    time.advance(limits.lockMs);
    assertThat(letters).as("one batch at a time").hasSize(1);
    copied.complete(true);
    assertThat(letters).containsExactly(new GivenUp(0, 0, (short) 1, GivenUp.REJECTED),
        new GivenUp(2, 3, (short) 2, GivenUp.DELIVERED_TOO_OFTEN));
    assertThat(states.start(KEY)).isEqualTo(4);
  }

  @Test
  void theNextLeaderCopiesWhatTheOneBeforeCouldNot() {
    limits.deadLetters = true;
    log.append(2);
    fetch("a");
    copied = new CompletableFuture<>();
    leader().acknowledge("a", List.of(new Acknowledgement(0, 0, List.of((byte) 3))));
    partitions.close();
    letters.clear();
    copied = CompletableFuture.completedFuture(true);
    log.epoch++;
    start();
    assertThat(fetch("b").acquired()).containsExactly(new Acquired(1, 1, (short) 1));
    assertThat(letters).containsExactly(new GivenUp(0, 0, (short) 1, GivenUp.UNKNOWN));
    assertThat(states.start(KEY)).isEqualTo(1);
  }

  @Test
  void whatIsNotCopiedWhenTheLeadershipEndsIsLeftToTheNextLeader() {
    limits.deadLetters = true;
    log.append(2);
    fetch("a");
    copied = new CompletableFuture<>();
    leader().acknowledge("a", List.of(new Acknowledgement(0, 0, List.of((byte) 3))));
    assertThat(letterBatch.isLed().getAsBoolean()).isTrue();
    SharePartitionLeader before = leader();
    copied.complete(false);
    assertThat(states.start(KEY)).as("not written as done").isZero();
    copied = CompletableFuture.completedFuture(true);
    assertThat(leader()).isNotSameAs(before);
    assertThat(letters).containsExactly(new GivenUp(0, 0, (short) 1, GivenUp.REJECTED), new GivenUp(0, 0, (short) 1, GivenUp.UNKNOWN));
    assertThat(states.start(KEY)).isEqualTo(1);
  }

  @Test
  void aLeaderThatHasResignedSaysSoToWhoCopies() {
    limits.deadLetters = true;
    log.append(1);
    fetch("a");
    copied = new CompletableFuture<>();
    leader().acknowledge("a", List.of(new Acknowledgement(0, 0, List.of((byte) 3))));
    partitions.resigned(new TopicPartition("t", 0));
    assertThat(letterBatch.isLed().getAsBoolean()).isFalse();
  }

  @Test
  void withoutADeadLetterQueueNothingIsCopied() {
    log.append(1);
    fetch("a");
    leader().acknowledge("a", List.of(new Acknowledgement(0, 0, List.of((byte) 3))));
    assertThat(letters).isEmpty();
    assertThat(states.start(KEY)).isEqualTo(1);
  }
}
