package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DataWaitersTest {
  private final DataWaiters waiters = new DataWaiters();
  private final List<Integer> woken = new ArrayList<>();

  private final class Waiter extends DataWaiters.Waiter {
    private final int number;

    Waiter(int number) {
      this.number = number;
    }

    @Override
    protected void wake() {
      woken.add(number);
    }
  }

  @Test
  void wakesThoseThatAreIn() {
    Random random = new Random(3);
    List<Waiter> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(new Waiter(i));
    }
    Set<Integer> in = new HashSet<>();
    for (int step = 0; step < 10_000; step++) {
      Waiter waiter = all.get(random.nextInt(all.size()));
      switch (random.nextInt(20)) {
        case 0 -> {
          waiters.wakeAll();
          assertThat(woken).containsExactlyInAnyOrderElementsOf(in);
          woken.clear();
          in.clear();
        }
        case 1, 2, 3, 4, 5, 6 -> {
          waiters.remove(waiter);
          in.remove(waiter.number);
        }
        default -> {
          waiters.add(waiter);
          in.add(waiter.number);
        }
      }
      assertThat(waiters.isEmpty()).isEqualTo(in.isEmpty());
    }
  }

  @Test
  void oneThatFailsDoesNotKeepTheOthersFromWaking() {
    waiters.add(new Waiter(1));
    waiters.add(new DataWaiters.Waiter() {
      @Override
      protected void wake() {
        throw new AssertionError("of this test");
      }
    });
    waiters.add(new Waiter(2));
    waiters.wakeAll();
    assertThat(woken).containsExactly(1, 2);
    assertThat(waiters.isEmpty()).isTrue();
  }

  @Test
  void oneThatEntersAgainWhileTheOthersAreWokenIsNotWokenTwice() {
    waiters.add(new Waiter(1));
    waiters.add(new DataWaiters.Waiter() {
      @Override
      protected void wake() {
        woken.add(2);
        waiters.add(this);
      }
    });
    waiters.add(new Waiter(3));
    waiters.wakeAll();
    assertThat(woken).containsExactly(1, 2, 3);
    waiters.wakeAll();
    assertThat(woken).containsExactly(1, 2, 3, 2);
  }
}
