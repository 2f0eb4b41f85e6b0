package io.margay.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Sends one command to a running broker.
 *
 * <p>Request: the command in UTF-8, then the sending half is closed. Reply: the output, a zero byte, the exit code in decimal digits,
 * end of stream.
 */
final class ShellClient {
  /** The exit code if the broker went away in the middle of its reply. */
  static final int BROKEN_REPLY = 4;

  private ShellClient() {}

  /** Copies the output to the stream and returns the exit code. */
  static int execute(Path socket, String command, OutputStream output) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer request = ByteBuffer.wrap(command.getBytes(StandardCharsets.UTF_8));
      while (request.hasRemaining()) {
        channel.write(request);
      }
      channel.shutdownOutput();
      return copyReply(Channels.newInputStream(channel), output);
    }
  }

  /** Copies up to the zero byte, flushing as the parts arrive, and returns the number that follows it. */
  static int copyReply(InputStream reply, OutputStream output) throws IOException {
    byte[] part = new byte[8192];
    StringBuilder code = null;
    for (int length = reply.read(part); length >= 0; length = reply.read(part)) {
      int digits = 0;
      if (code == null) {
        int end = 0;
        while (end < length && part[end] != 0) {
          end++;
        }
        output.write(part, 0, end);
        output.flush();
        if (end == length) {
          continue;
        }
        code = new StringBuilder();
        digits = end + 1;
      }
      code.append(new String(part, digits, length - digits, StandardCharsets.US_ASCII));
    }
    return code == null || code.isEmpty() ? BROKEN_REPLY : Integer.parseInt(code.toString());
  }
}
