package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RemoteConsoleTest {
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();
  private ServerSocketChannel broker;
  private RemoteConsole console;

  @BeforeEach
  void startBroker() throws IOException {
    broker = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread thread = new Thread(this::serve, "broker");
    thread.setDaemon(true);
    thread.start();
    console = new RemoteConsole(new Layout(Path.of("."), Path.of(".")), () -> SocketChannel.open(broker.getLocalAddress()));
  }

  @AfterEach
  void stopBroker() throws IOException {
    broker.close();
  }

  /** Answers each command with itself; one that begins with "fail" fails. */
  private void serve() {
    try {
      while (true) {
        try (SocketChannel client = broker.accept()) {
          InputStream in = Channels.newInputStream(client);
          ByteArrayOutputStream command = new ByteArrayOutputStream();
          for (int b = in.read(); b > 0; b = in.read()) {
            command.write(b);
          }
          String text = command.toString(StandardCharsets.UTF_8);
          commands.add(text);
          client.write(ByteBuffer.wrap((text.startsWith("fail") ? "\u00003\nno " + text : text + "\n\u00000").getBytes(StandardCharsets.UTF_8)));
        }
      }
    } catch (IOException e) {
      // the test is over
      return;
    }
  }

  private int script(String lines) throws Exception {
    return console.script(new BufferedReader(new StringReader(lines)), out, error);
  }

  @Test
  void eachLineIsACommandAndTheLastFailureIsTheExitCode() throws Exception {
    assertThat(script("topic:list\n\n  # a comment\nfail 1\n  lb -s \n")).isEqualTo(3);
    assertThat(commands).containsExactly("topic:list", "fail 1", "lb -s");
    assertThat(out).hasToString("topic:list\nlb -s\n");
    assertThat(error).hasToString("no fail 1\n");
    assertThat(script("topic:list\n")).isZero();
  }

  @Test
  void aBrokerThatIsGoneIsSaid() throws Exception {
    broker.close();
    RemoteConsole gone = new RemoteConsole(new Layout(Path.of("."), Path.of(".")), () -> {
      throw new IOException("no broker");
    });
    assertThatThrownBy(() -> gone.script(new BufferedReader(new StringReader("lb\n")), out, error)).hasMessage("no broker");
  }
}
