package io.margay.consensus.ratis.internal;

import io.margay.model.Clock;
import io.margay.spi.consensus.ConsensusContract;
import io.margay.spi.consensus.MetadataLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RatisMetadataLogTest extends ConsensusContract {
  /** Kept, because the logging forgets levels of loggers that nobody refers to. */
  private static final Logger RATIS = Logger.getLogger("org.apache.ratis");

  private int port;

  @Override
  protected MetadataLog open(Path directory) throws Exception {
    if (port == 0) {
      port = freePort();
    }
    return new RatisMetadataLog(config(directory, 1, List.of(new QuorumConfig.Voter(1, "127.0.0.1", port))), Clock.SYSTEM,
        (what, cause) -> { });
  }

  @Override
  protected void close(MetadataLog log) throws Exception {
    ((RatisMetadataLog) log).close();
  }

  static {
    RATIS.setLevel(Level.WARNING);
  }

  static QuorumConfig config(Path directory, int nodeId, List<QuorumConfig.Voter> voters) {
    return new QuorumConfig(nodeId, voters, "AAAAAAAAAAAAAAAAAAAAAA", directory, 200, 2000, 100, 16 << 20);
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
