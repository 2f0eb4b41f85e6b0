package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class OpenConnectionsTest {
  private final TestService test = new TestService(true);
  private final OpenConnections connections = new OpenConnections(test.limits, test.lines);

  private static InetAddress address(int last) throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }

  private Connection connection() {
    return new Connection(test.service, test.limits, test.lines, Entrance.OPEN);
  }

  @Test
  void connectionsAreLimitedInAll() throws UnknownHostException {
    test.settings.set(HttpSettings.MARGAY_HTTP_MAX_CONNECTIONS, "2");
    Connection first = connection();
    assertThat(connections.add(first, address(1))).isTrue();
    assertThat(connections.add(connection(), address(2))).isTrue();
    assertThat(connections.add(connection(), address(3))).isFalse();
    connections.remove(first, address(1));
    assertThat(connections.add(connection(), address(3))).isTrue();
    assertThat(connections.add(connection(), address(1))).isFalse();
  }

  @Test
  void connectionsAreLimitedPerAddress() throws UnknownHostException {
    test.settings.set(HttpSettings.MARGAY_HTTP_MAX_CONNECTIONS_PER_IP, "1");
    Connection first = connection();
    assertThat(connections.add(first, address(1))).isTrue();
    assertThat(connections.add(connection(), address(1))).isFalse();
    assertThat(connections.add(connection(), address(2))).isTrue();
    connections.remove(first, address(1));
    assertThat(connections.add(connection(), address(1))).isTrue();
  }

  /** A refused connection is not counted, and the log gets one line. */
  @Test
  void refusalsLeaveNothing() throws UnknownHostException {
    test.settings.set(HttpSettings.MARGAY_HTTP_MAX_CONNECTIONS, "1");
    Connection first = connection();
    connections.add(first, address(1));
    for (int i = 0; i < 100; i++) {
      assertThat(connections.add(connection(), address(1))).isFalse();
    }
    connections.remove(first, address(1));
    assertThat(connections.isEmpty()).isTrue();
    assertThat(connections.add(connection(), address(1))).isTrue();
    assertThat(test.lines.pass("too many connections")).isEqualTo(io.margay.model.LineLimit.HELD);
  }
}
