package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts that {@code margay shell} itself depends on are updated by a command that it runs. */
class ReplacementIT {
  private static Broker broker;

  @BeforeAll
  static void start() throws IOException {
    broker = Broker.prepare().start();
    broker.shell("topic:create kept").ok();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  /** The refresh stops and starts all bundles that use the contract, the shell included; the connection of a client stays. */
  @Test
  void aContractIsReplacedByAnUpdateAndARefresh() throws Exception {
    try (Socket client = new Socket("127.0.0.1", broker.port())) {
      client.setSoTimeout(60_000);
      callApiVersions(client, 1);
      assertThat(broker.shell("update io.margay.spi " + jar("20", "spi"))).isEqualTo(new Run(0, ""));
      assertThat(broker.shell("refresh").exit()).isZero();
      callApiVersions(client, 2);
      assertThat(broker.shell("produce kept two").ok().output()).startsWith("produced 1 record");
      callApiVersions(client, 3);
    }
  }

  private static void callApiVersions(Socket client, int correlationId) throws IOException {
    byte[] request = ByteBuffer.allocate(14).putInt(10).putShort((short) 18).putShort((short) 0).putInt(correlationId).putShort((short) -1)
        .array();
    client.getOutputStream().write(request);
    DataInputStream in = new DataInputStream(client.getInputStream());
    byte[] response = in.readNBytes(in.readInt());
    assertThat(ByteBuffer.wrap(response).getInt()).isEqualTo(correlationId);
  }

  private static String jar(String level, String name) {
    return Path.of(System.getProperty("margay.home"), "bundles/" + level + "/io.margay." + name + "-0.1.0-SNAPSHOT.jar").normalize().toUri()
        .toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"shell", "config", "console", "server"})
  void theCommandRunsToItsEndAndTheNextOneFindsEverything(String part) {
    String directory = part.equals("server") ? "40" : part.equals("config") ? "30" : "60";
    assertThat(broker.shell("update io.margay." + part + " " + jar(directory, part))).isEqualTo(new Run(0, ""));
    assertThat(broker.shell("topic:list").ok().output()).contains("kept");
    assertThat(broker.shell("produce kept one").ok().output()).startsWith("produced 1 record");
  }
}
