package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.consensus.ConsensusContract.Recorder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;

class LeaderNewsTest {
  private static final RaftPeerId SELF = RaftPeerId.valueOf("1");
  private static final RaftPeerId OTHER = RaftPeerId.valueOf("2");
  private final MachineSlot slot = new MachineSlot();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final List<RaftPeerId> watched = Collections.synchronizedList(new ArrayList<>());

  private LeaderNews news() {
    slot.attach(new Recorder() {
      @Override
      public void onLeader(int leaderId, boolean self) {
        told.add(leaderId + " " + self);
      }
    }, false);
    slot.restore(new SavedState(true, 0, 1, 0, new byte[0]));
    return new LeaderNews(SELF, watched::add, slot);
  }

  private String next() throws InterruptedException {
    return told.poll(30, TimeUnit.SECONDS);
  }

  /** Else a machine that calls Ratis under a lock of its own, which the news need as well, stops the whole log. */
  @Test
  void nobodyWhoBringsNewsWaitsForTheMachine() throws InterruptedException {
    try (LeaderNews news = news()) {
      synchronized (slot) {
        Thread ratis = new Thread(() -> news.elected(OTHER));
        ratis.start();
        ratis.join(30_000);
        assertThat(ratis.isAlive()).as("it waits for the machine").isFalse();
        assertThat(told).isEmpty();
      }
      assertThat(next()).isEqualTo("2 false");
    }
  }

  @Test
  void newsComeInTheirOrder() throws InterruptedException {
    try (LeaderNews news = news()) {
      news.elected(OTHER);
      news.elected(SELF);
      news.ready();
      news.elected(null);
      assertThat(List.of(next(), next(), next())).containsExactly("2 false", "1 true", "-1 false");
      assertThat(watched).containsExactly(OTHER, SELF, null);
      news.close();
      news.elected(OTHER);
      assertThat(told).isEmpty();
    }
  }
}
