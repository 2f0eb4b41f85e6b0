package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShellClientTest {
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();

  @Test
  void splitsOutputAndExitCode() throws IOException {
    assertThat(copy("line\n\u000012", 8192)).isEqualTo(12);
    assertThat(output).hasToString("line\n");
  }

  @Test
  void theReplyMayArriveInAnyPieces() throws IOException {
    for (int piece = 1; piece < 6; piece++) {
      output.reset();
      assertThat(copy("abc\u0000107", piece)).isEqualTo(107);
      assertThat(output).hasToString("abc");
    }
  }

  @Test
  void aReplyThatBreaksOffIsAnError() throws IOException {
    assertThat(copy("half", 8192)).isEqualTo(ShellClient.BROKEN_REPLY);
    assertThat(copy("half\u0000", 8192)).isEqualTo(ShellClient.BROKEN_REPLY);
  }

  @Test
  void theReasonOfAFailureIsNoOutput() throws IOException {
    for (int piece = 1; piece < 9; piece++) {
      output.reset();
      error.reset();
      assertThat(copy("abc\u00001\nno such\ntopic", piece)).isEqualTo(1);
      assertThat(output).hasToString("abc");
      assertThat(error).hasToString("no such\ntopic\n");
    }
  }

  @Test
  void nobodyIsWaitedForWhereNoBrokerRuns(@TempDir Path data) throws IOException {
    Layout layout = new Layout(data, data);
    assertThatThrownBy(() -> ShellClient.connect(layout, () -> false)).isInstanceOf(IOException.class)
        .hasMessage("no broker with a shell runs on " + data);
    bind(layout).close();
    assertThat(layout.shellSocket()).as("left behind, as by a killed broker").exists();
    assertThatThrownBy(() -> ShellClient.connect(layout, () -> false)).isInstanceOf(IOException.class)
        .hasMessage("no broker with a shell runs on " + data);
  }

  @Test
  void aBrokerWhoseShellIsStillToOpenIsWaitedFor(@TempDir Path data) throws Exception {
    Layout layout = new Layout(data, data);
    List<ServerSocketChannel> opened = new ArrayList<>();
    try (SocketChannel channel = ShellClient.connect(layout, () -> opened.add(bind(layout)))) {
      assertThat(channel.isConnected()).isTrue();
      assertThat(opened).hasSize(1);
    } finally {
      for (ServerSocketChannel server : opened) {
        server.close();
      }
    }
  }

  private static ServerSocketChannel bind(Layout layout) throws IOException {
    Files.createDirectories(layout.shellSocket().getParent());
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(layout.shellSocket()));
  }

  private int copy(String reply, int piece) throws IOException {
    InputStream in = new ByteArrayInputStream(reply.getBytes(StandardCharsets.UTF_8)) {
      @Override
      public synchronized int read(byte[] to, int offset, int length) {
        return super.read(to, offset, Math.min(length, piece));
      }
    };
    return ShellClient.copyReply(in, output, error);
  }
}
