package io.margay.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Sends one command to a running broker.
 *
 * <p>Request: the command in UTF-8, then a zero byte; or, if the command has the argument {@code -}, a byte 2 and the standard
 * input, after which the sending half is closed. Reply: the output, a zero byte, the exit code in decimal digits, and, after a line
 * feed, the reason for a failure, which goes to the standard error; end of stream.
 */
final class ShellClient {
  /** The exit code if the connection ends in the middle of the reply. */
  static final int BROKEN_REPLY = 4;
  private static final long WAIT_MS = 10_000;
  private static final long POLL_MS = 20;
  private static final byte NO_INPUT = 0;
  private static final byte INPUT = 2;

  private ShellClient() {}

  /**
   * The socket of the broker of this data directory: in the directory, or at the path in the file shell.path, because the path of a
   * socket must not be too long.
   */
  static Path locate(Layout layout, String role) throws IOException {
    String name = role.isEmpty() ? "shell" : "shell-" + role;
    try {
      return Path.of(Files.readString(layout.data().resolve(name + ".path")).strip());
    } catch (NoSuchFileException e) {
      return layout.data().resolve(name + ".sock");
    }
  }

  /** Whether a broker runs on the data directory. */
  @FunctionalInterface
  interface Running {
    boolean get() throws IOException;
  }

  /**
   * Connects to the broker of this data directory. Its shell opens a moment after the broker is ready, so this waits for a running
   * broker, at most {@value #WAIT_MS} ms.
   *
   * @throws IOException when none runs, or its shell does not open
   */
  static SocketChannel connect(Layout layout, Running running) throws IOException, InterruptedException {
    return connect(layout, "", running);
  }

  /** The same with a role, whose socket is one of {@code margay.shell.role.sockets}. */
  static SocketChannel connect(Layout layout, String role, Running running) throws IOException, InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
    for (;;) {
      // A killed broker leaves its socket behind.
      Path socket = locate(layout, role);
      if (Files.exists(socket)) {
        try {
          return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (ConnectException e) {
          refuse(layout, running.get(), deadlineNs, e);
        } catch (SocketException e) {
          throw new IOException("cannot open " + socket + ": " + e.getMessage() + "; only the user that the broker runs as may use its shell",
              e);
        }
      } else {
        refuse(layout, running.get(), deadlineNs, null);
      }
      Thread.sleep(POLL_MS);
    }
  }

  private static void refuse(Layout layout, boolean running, long deadlineNs, IOException cause) throws IOException {
    if (!running) {
      throw new IOException("no broker with a shell runs on " + layout.data(), cause);
    }
    if (System.nanoTime() - deadlineNs >= 0) {
      throw new IOException("the broker on " + layout.data() + " runs, but its shell did not open within " + WAIT_MS
          + " ms; see its log", cause);
    }
  }

  /** Sends the command, copies the output to the stream, closes the channel and returns the exit code. */
  static int execute(SocketChannel connected, String command, InputStream input, OutputStream output, OutputStream error)
      throws IOException {
    boolean withInput = Arrays.asList(command.split("[\\s|;]+")).contains("-");
    try (SocketChannel channel = connected) {
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      request.writeBytes(command.getBytes(StandardCharsets.UTF_8));
      request.write(withInput ? INPUT : NO_INPUT);
      send(channel, ByteBuffer.wrap(request.toByteArray()));
      if (withInput) {
        Thread copier = new Thread(() -> copyInput(input, channel), "margay-shell-input");
        copier.setDaemon(true);
        copier.start();
      }
      return copyReply(Channels.newInputStream(channel), output, error);
    }
  }

  private static void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void copyInput(InputStream input, SocketChannel channel) {
    byte[] part = new byte[8192];
    try {
      for (int length = input.read(part); length >= 0; length = input.read(part)) {
        send(channel, ByteBuffer.wrap(part, 0, length));
      }
      channel.shutdownOutput();
    } catch (IOException e) {
      // The command has ended and reads no more; its output is in the reply.
      return;
    }
  }

  /** Copies up to the zero byte, flushing as the parts arrive, and returns the number that follows it. */
  static int copyReply(InputStream reply, OutputStream output, OutputStream error) throws IOException {
    byte[] part = new byte[8192];
    ByteArrayOutputStream end = null;
    for (int length = reply.read(part); length >= 0; length = reply.read(part)) {
      int rest = 0;
      if (end == null) {
        int zero = 0;
        while (zero < length && part[zero] != 0) {
          zero++;
        }
        output.write(part, 0, zero);
        output.flush();
        if (zero == length) {
          continue;
        }
        end = new ByteArrayOutputStream();
        rest = zero + 1;
      }
      end.write(part, rest, length - rest);
    }
    String text = end == null ? "" : end.toString(StandardCharsets.UTF_8);
    int line = text.indexOf('\n');
    if (line >= 0) {
      error.write((text.substring(line + 1) + "\n").getBytes(StandardCharsets.UTF_8));
      error.flush();
    }
    String code = line < 0 ? text : text.substring(0, line);
    return code.isEmpty() ? BROKEN_REPLY : Integer.parseInt(code);
  }
}
