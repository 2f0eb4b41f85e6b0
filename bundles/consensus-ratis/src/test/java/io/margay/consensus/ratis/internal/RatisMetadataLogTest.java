package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.ConsensusContract;
import io.margay.spi.consensus.FormerMetadata;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.QuorumNode;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RatisMetadataLogTest extends ConsensusContract {
  /** Kept, because the logging forgets levels of loggers that nobody refers to. */
  private static final Logger RATIS = Logger.getLogger("org.apache.ratis");

  /** A node that was never alone. */
  static final FormerMetadata NONE = new FormerMetadata() {
    @Override
    public boolean exists() {
      return false;
    }

    @Override
    public long replay(StateMachine machine) {
      return -1;
    }
  };

  /** Short, so that tests are. */
  static final QuorumConfig.Timings TIMINGS = new QuorumConfig.Timings(200, 2_000, 5_000);
  /** With TLS, first handshakes on a busy machine take longer than a short election timeout: then leaders would follow one another. */
  static final QuorumConfig.Timings WITH_TLS = new QuorumConfig.Timings(1_000, 5_000, 20_000);

  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private int port;

  @Test
  void anEndThatWasNotAskedForIsRefused() throws Exception {
    RatisMetadataLog running = (RatisMetadataLog) log();
    running.server.close();
    assertThat(refusals).hasSize(1).first().asString().contains("start this node again");
    close(running);
    assertThat(refusals).as("an end that was asked for").hasSize(1);
  }

  @Override
  protected MetadataLog open(Path directory) throws Exception {
    if (port == 0) {
      port = freePort();
    }
    return new RatisMetadataLog(config(directory, 1, List.of(new QuorumNode(1, "127.0.0.1", port))), transport(), NONE, Clock.SYSTEM,
        (what, cause) -> { }, refusals::add);
  }

  QuorumTransport transport() throws Exception {
    return QuorumTransport.OPEN;
  }

  @Override
  protected void close(MetadataLog log) throws Exception {
    ((RatisMetadataLog) log).close();
  }

  static {
    RATIS.setLevel(Level.WARNING);
  }

  static QuorumConfig config(Path directory, int nodeId, List<QuorumNode> voters) {
    return config(directory, voters.stream().filter(v -> v.id() == nodeId).findFirst().orElseThrow(), voters);
  }

  static QuorumConfig config(Path directory, QuorumNode self, List<QuorumNode> voters) {
    return config(directory, self, voters, TIMINGS);
  }

  static QuorumConfig config(Path directory, QuorumNode self, List<QuorumNode> voters, QuorumConfig.Timings timings) {
    return new QuorumConfig(new ClusterIdentity("AAAAAAAAAAAAAAAAAAAAAA", self.id()), self, voters, directory.resolve("quorum"), timings, 100,
        16 << 20);
  }

  /** A port that a node keeps over restarts: below those that the system gives to outgoing connections. */
  static int freePort() throws IOException {
    for (int tries = 0; tries < 1_000; tries++) {
      try (ServerSocket socket = new ServerSocket(ThreadLocalRandom.current().nextInt(15_000, 32_000), 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // in use: another one
      }
    }
    throw new IOException("no free port");
  }
}
