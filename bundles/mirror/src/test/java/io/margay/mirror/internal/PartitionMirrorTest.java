package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.mirror.internal.PartitionMirror.Progress;
import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.mirror.internal.PartitionMirror.Step;
import io.margay.protocol.Errors;
import org.junit.jupiter.api.Test;

class PartitionMirrorTest {
  private final PartitionMirror machine = new PartitionMirror(false);
  private long nowMs = 1_000;

  private Step bounds(long start, long end, long logStart, long logEnd) {
    return machine.onBounds(start, end, logStart, logEnd, start, nowMs);
  }

  private void resume() {
    assertThat(machine.state()).isEqualTo(State.WAITING);
    nowMs = machine.resumeAtMs();
    assertThat(machine.maybeResume(nowMs)).isTrue();
    assertThat(machine.state()).isEqualTo(State.CHECKING);
  }

  @Test
  void aNewMirrorOfALogThatStartsAtZeroFetchesAtOnce() {
    assertThat(bounds(0, 10, 0, 0)).isEqualTo(Step.FETCH);
    assertThat(machine.state()).isEqualTo(State.MIRRORING);
  }

  @Test
  void aNewMirrorBeginsWhereTheSourceStartsAndThatIsNoGap() {
    assertThat(bounds(70, 100, 0, 0)).isEqualTo(Step.RESTART);
    assertThat(machine.restartAt()).isEqualTo(70);
    assertThat(machine.skipped()).isZero();
    machine.onRestarted();
    assertThat(machine.state()).isEqualTo(State.MIRRORING);
  }

  @Test
  void aNewMirrorMayBeginAtTheEnd() {
    assertThat(machine.onBounds(70, 100, 0, 0, 100, nowMs)).isEqualTo(Step.RESTART);
    assertThat(machine.restartAt()).isEqualTo(100);
  }

  @Test
  void aMirrorWithRecordsComparesItsLastBatchFirst() {
    assertThat(bounds(0, 10, 0, 5)).isEqualTo(Step.COMPARE_LAST);
    assertThat(machine.state()).isEqualTo(State.CHECKING);
    machine.onCompared(null);
    assertThat(machine.state()).isEqualTo(State.MIRRORING);
  }

  @Test
  void anotherLastBatchAtTheSourceStopsTheMirror() {
    bounds(0, 10, 0, 5);
    machine.onCompared("the checksums differ");
    assertThat(machine.state()).isEqualTo(State.DIVERGED);
    assertThat(machine.problem()).isEqualTo("the checksums differ");
    machine.onError("anything", nowMs);
    machine.onDisconnected();
    machine.pause(nowMs);
    assertThat(machine.maybeResume(Long.MAX_VALUE)).isFalse();
    assertThat(machine.state()).isEqualTo(State.DIVERGED);
  }

  @Test
  void retentionThatRanPastTheMirrorIsCounted() {
    assertThat(bounds(50, 80, 0, 20)).isEqualTo(Step.RESTART);
    assertThat(machine.restartAt()).isEqualTo(50);
    assertThat(machine.skipped()).isEqualTo(30);
  }

  @Test
  void aSourceWithLessIsAskedAgainBeforeTheMirrorCountsAsDiverged() {
    for (int i = 1; i < PartitionMirror.CONFIRMATIONS; i++) {
      assertThat(bounds(0, 5, 0, 9)).isEqualTo(Step.NONE);
      resume();
    }
    assertThat(bounds(0, 5, 0, 9)).isEqualTo(Step.NONE);
    assertThat(machine.state()).isEqualTo(State.DIVERGED);
    assertThat(machine.problem()).contains("ends at 5", "mirror's end 9");
  }

  @Test
  void aMirrorOfALinkThatCutsIsCutInstead() {
    PartitionMirror cutting = new PartitionMirror(true);
    cutting.onBounds(0, 10, 0, 5, 0, nowMs);
    assertThat(cutting.onCompared("the checksums differ")).isEqualTo(Step.CUT);
    cutting.onCut();
    assertThat(cutting.state()).isEqualTo(State.MIRRORING);
    for (int i = 1; i < PartitionMirror.CONFIRMATIONS; i++) {
      assertThat(cutting.onBounds(0, 5, 0, 9, 0, nowMs)).isEqualTo(Step.NONE);
      nowMs = cutting.resumeAtMs();
      cutting.maybeResume(nowMs);
    }
    assertThat(cutting.onBounds(0, 5, 0, 9, 0, nowMs)).isEqualTo(Step.CUT);
  }

  @Test
  void aSourceThatWasShortForAMomentIsMirroredOn() {
    bounds(0, 5, 0, 9);
    resume();
    assertThat(bounds(0, 9, 0, 9)).isEqualTo(Step.COMPARE_LAST);
    machine.onCompared(null);
    for (int i = 1; i < PartitionMirror.CONFIRMATIONS; i++) {
      bounds(0, 5, 0, 9);
      resume();
    }
    assertThat(machine.state()).isNotEqualTo(State.DIVERGED);
  }

  @Test
  void aMirrorWhoseRecordsAllExpiredHasNothingToCompare() {
    assertThat(bounds(0, 10, 7, 7)).isEqualTo(Step.FETCH);
    assertThat(bounds(7, 10, 3, 7)).isEqualTo(Step.FETCH);
  }

  @Test
  void nonsenseOfTheSourceIsAnError() {
    assertThat(bounds(10, 5, 0, 0)).isEqualTo(Step.NONE);
    assertThat(machine.state()).isEqualTo(State.WAITING);
    assertThat(machine.errors()).isEqualTo(1);
  }

  @Test
  void outOfRangeLooksAgainWhatTheSourceHas() {
    bounds(0, 10, 0, 0);
    assertThat(machine.onRefused(Errors.OFFSET_OUT_OF_RANGE, nowMs)).isFalse();
    assertThat(machine.state()).isEqualTo(State.CHECKING);
  }

  @Test
  void anotherErrorPausesForLongerAndLongerAndAsksForMetadata() {
    long lastPause = 0;
    for (int i = 0; i < 20; i++) {
      bounds(0, 10, 0, 0);
      assertThat(machine.onRefused(Errors.NOT_LEADER_OR_FOLLOWER, nowMs)).isTrue();
      long pause = machine.resumeAtMs() - nowMs;
      assertThat(pause).isBetween(Math.max(1, lastPause), 5_000L);
      assertThat(machine.maybeResume(nowMs + pause - 1)).isFalse();
      lastPause = pause;
      resume();
    }
    assertThat(lastPause).isEqualTo(5_000);
    bounds(0, 10, 0, 0);
    machine.onFetched(10, 0, new Progress(10, 500, 900), nowMs);
    machine.onRefused(Errors.NOT_LEADER_OR_FOLLOWER, nowMs);
    assertThat(machine.resumeAtMs() - nowMs).isEqualTo(100);
  }

  @Test
  void lagIsTheAgeOfTheNewestMirroredRecordWhileSomethingIsMissing() {
    assertThat(machine.lagMs(0, 5_000)).isEqualTo(-1);
    bounds(0, 10, 0, 0);
    machine.onFetched(20, 0, new Progress(10, 500, 4_000), nowMs);
    assertThat(machine.lagMs(10, 5_000)).isEqualTo(1_000);
    assertThat(machine.lagMs(20, 5_000)).isZero();
    assertThat(machine.records()).isEqualTo(10);
    assertThat(machine.bytes()).isEqualTo(500);
    assertThat(machine.lastProgressMs()).isEqualTo(nowMs);
  }

  @Test
  void aLostConnectionLooksAgainWhatTheSourceHas() {
    bounds(0, 10, 0, 0);
    machine.onDisconnected();
    assertThat(machine.state()).isEqualTo(State.CHECKING);
  }
}
