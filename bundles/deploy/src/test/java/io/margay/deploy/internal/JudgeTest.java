package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final long FAST = 2_048;
  private static final long SLOW = 24_576;

  /** The server's counters. */
  private final Map<String, Long> counters = new HashMap<>();
  private Judge judge;
  private double seconds;

  private void answer(String api, int count, int errors, long micros) {
    counters.merge(api + ".started", (long) count, Long::sum);
    counters.merge(api + ".answered", (long) count, Long::sum);
    counters.merge(api + ".errors", (long) errors, Long::sum);
    counters.merge(api + ".micros." + micros, (long) count, Long::sum);
  }

  private String look() {
    return look(0);
  }

  private String look(double othersShare) {
    return judge.look(Map.copyOf(counters), seconds += 0.5, othersShare);
  }

  @BeforeEach
  void aMinuteBefore() {
    answer("Produce", 12_000, 0, FAST);
    answer("JoinGroup", 100, 0, FAST);
    answer("Heartbeat", 10, 0, FAST);
    answer("Fetch", 120, 0, FAST);
    answer("OffsetCommit", 1_000, 100, FAST);
    judge = new Judge(Traffic.between(Map.of(), Map.copyOf(counters)), 60, Map.copyOf(counters));
  }

  @Test
  void asBeforeIsNotWorse() {
    for (int i = 0; i < 10; i++) {
      answer("Produce", 200, 1, FAST);
      answer("OffsetCommit", 20, 2, FAST);
      assertThat(look()).isNull();
    }
  }

  @Test
  void slowForLongIsWorse() {
    for (int i = 1; i < Judge.ROW; i++) {
      answer("Produce", 200, 0, SLOW);
      assertThat(look()).isNull();
    }
    answer("Produce", 200, 0, SLOW);
    assertThat(look()).isEqualTo("p99 of Produce is 24.6 ms; before, it was 2.0 ms");
  }

  @Test
  void aBusyMachineIsNoFaultOfANewVersion() {
    for (int i = 0; i < 10; i++) {
      answer("Produce", 200, 0, SLOW);
      assertThat(look(0.5)).isNull();
    }
  }

  @Test
  void alsoOnABusyMachineTenTimesAsLongIsWorse() {
    for (int i = 1; i < Judge.BUSY_ROW; i++) {
      answer("Produce", 200, 0, 65_536);
      assertThat(look(0.5)).isNull();
    }
    answer("Produce", 200, 0, 65_536);
    assertThat(look(0.5)).startsWith("p99 of Produce is 65.5 ms");
  }

  @Test
  void whatSlowsAllResponsesDownIsSeenWhereSingleOnesTookLongBefore() {
    answer("Produce", 600, 0, 131_072);
    judge = new Judge(Traffic.between(Map.of(), Map.copyOf(counters)), 60, Map.copyOf(counters));
    for (int i = 1; i < Judge.BUSY_ROW; i++) {
      answer("Produce", 200, 0, 65_536);
      assertThat(look(0.5)).isNull();
    }
    answer("Produce", 200, 0, 65_536);
    assertThat(look(0.5)).isEqualTo("median of Produce is 65.5 ms; before, it was 2.0 ms");
  }

  @Test
  void aGlitchIsNot() {
    for (int i = 0; i < 10; i++) {
      answer("Produce", 200, 0, i % 3 == 0 ? FAST : SLOW);
      assertThat(look()).isNull();
    }
  }

  @Test
  void fewResponsesAreCollectedUntilTheyTellSomething() {
    for (int i = 1; i < 12; i++) {
      answer("Produce", 5, 0, SLOW);
      assertThat(look()).isNull();
    }
    answer("Produce", 5, 0, SLOW);
    assertThat(look()).startsWith("p99 of Produce");
  }

  @Test
  void errorsAreWorse() {
    for (int i = 0; i < Judge.ROW; i++) {
      answer("Produce", 50, 25, FAST);
    }
    assertThat(look()).isNull();
    answer("Produce", 50, 25, FAST);
    assertThat(look()).isNull();
    answer("Produce", 50, 25, FAST);
    assertThat(look()).isEqualTo("50 % of the responses to Produce have errors; before, 0 % had");
  }

  @Test
  void fewErrorsAreEnoughBecauseClientsHesitateAfterThem() {
    for (int i = 1; i < 3 * Judge.ERRORS_OF_MIN; i++) {
      answer("Produce", 1, 1, FAST);
      assertThat(look()).isNull();
    }
    answer("Produce", 1, 1, FAST);
    assertThat(look()).startsWith("100 % of the responses to Produce");
  }

  @Test
  void atTheEndAllErrorsCount() {
    answer("Produce", 1, 1, FAST);
    look();
    answer("Produce", 1, 1, FAST);
    look();
    assertThat(judge.end()).isNull();
    answer("Produce", 1, 1, FAST);
    look();
    assertThat(judge.end()).startsWith("100 % of the responses to Produce");
  }

  @Test
  void silenceIsWorse() {
    counters.merge("Produce.started", 5L, Long::sum);
    assertThat(look()).isNull();
    assertThat(look()).isNull();
    assertThat(look()).isEqualTo("Produce is not answered any more, 5 wait; before, 200 a second were");
  }

  @Test
  void aConsumerThatWaitsForRecordsIsNoSilence() {
    counters.merge("Fetch.started", 1L, Long::sum);
    for (int i = 0; i < 9; i++) {
      assertThat(look()).isNull();
    }
    answer("Fetch", 1, 0, FAST);
    for (int i = 0; i < 9; i++) {
      assertThat(look()).isNull();
    }
  }

  @Test
  void noRequestsAreNoSilence() {
    for (int i = 0; i < 10; i++) {
      assertThat(look()).isNull();
    }
  }

  @Test
  void requestsThatWaitForAHandlerAreWorse() {
    counters.put(Traffic.WAITING, Judge.WAITING_SLACK + 1L);
    assertThat(look()).isNull();
    assertThat(look()).isNull();
    assertThat(look()).isEqualTo("101 requests wait for a handler");
  }

  @Test
  void whatWaitsForOthersOrWasHardlyUsedIsNotTimed() {
    for (int i = 0; i < 10; i++) {
      answer("JoinGroup", 50, 0, SLOW);
      answer("Heartbeat", 50, 0, SLOW);
      answer("Fetch", 50, 0, SLOW);
      answer("Metadata", 50, 50, SLOW);
      assertThat(look()).isNull();
    }
  }
}
