package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LeaderWatchTest {
  private static final RaftPeerId SELF = RaftPeerId.valueOf("1");
  private static final RaftPeerId OTHER = RaftPeerId.valueOf("2");

  private final LinkedBlockingQueue<RaftPeerId> gone = new LinkedBlockingQueue<>();

  @Test
  void theEndOfTheProcessIsNoticed() throws Exception {
    try (ServerSocket leader = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        LeaderWatch watch = new LeaderWatch(SELF, id -> new InetSocketAddress(leader.getInetAddress(), leader.getLocalPort()), gone::add)) {
      watch.leader(OTHER);
      Socket held = leader.accept();
      leader.close();
      held.close();
      assertThat(gone.poll(20, TimeUnit.SECONDS)).isEqualTo(OTHER);
    }
  }

  @Test
  void aConnectionThatBreaksAloneIsRenewed() throws Exception {
    try (ServerSocket leader = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        LeaderWatch watch = new LeaderWatch(SELF, id -> new InetSocketAddress(leader.getInetAddress(), leader.getLocalPort()), gone::add)) {
      watch.leader(OTHER);
      leader.accept().close();
      try (Socket renewed = leader.accept()) {
        assertThat(renewed.isConnected()).isTrue();
        assertThat(gone).isEmpty();
        watch.leader(SELF);
        assertThat(renewed.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(gone).isEmpty();
    }
  }
}
