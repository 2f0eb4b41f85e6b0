package io.margay.server.internal;

import io.margay.metadata.ClusterImage;
import io.margay.model.Endpoint;
import java.io.IOException;
import java.util.List;

/** Servers for tests, on a free port. */
final class TestServers {
  static final int MAX_FRAME_BYTES = 8 << 20;

  private TestServers() { }

  /** Listens on a free port. */
  static void open(Server server) throws IOException {
    server.open();
    server.listen(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 0)), List.of());
  }

  static ConnectionLimits limits(int most, int ofListener, int fromAddress) {
    return new ConnectionLimits(() -> most, listener -> ofListener, () -> fromAddress, () -> Integer.MAX_VALUE);
  }

  static Server server(int threads, long memoryBytes, long maxIdleMs) {
    return server(threads, memoryBytes, maxIdleMs, limits(100, 100, 100));
  }

  static Server server(int threads, long memoryBytes, long maxIdleMs, ConnectionLimits limits) {
    return server(threads, memoryBytes, maxIdleMs, limits, new OwnRoom());
  }

  static Server server(int threads, long memoryBytes, long maxIdleMs, ConnectionLimits limits, SocketRoom room) {
    return new Server(new ServerConfig("PLAINTEXT", new ServerConfig.Sockets(threads, 50, -1, -1),
        new ServerConfig.Requests(MAX_FRAME_BYTES, memoryBytes, () -> 16_384L, () -> 1024), limits, () -> maxIdleMs, () -> 300L, Security.NONE),
        () -> ClusterImage.EMPTY, room);
  }
}
