package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Scheduler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket with the real Gogo behind it. */
@Timeout(30)
class ShellServerTest {
  @TempDir
  Path data;
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);
  private final Timers timers = new Timers();
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Timers that fire when the test says so. */
  private static final class Timers implements Scheduler {
    private final BlockingQueue<Runnable> set = new LinkedBlockingQueue<>();

    @Override
    public Timer after(long delayMs, Runnable task) {
      set.add(task);
      return () -> set.remove(task);
    }

    @Override
    public Timer every(long delayMs, long periodMs, Runnable task) {
      throw new UnsupportedOperationException();
    }
  }

  @AfterEach
  void close() {
    gosh.close();
  }

  @Test
  void aCommandIsAnsweredWithOutputAndCode() throws Exception {
    broker.topic("orders", 1);
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers)) {
      assertThat(Files.getPosixFilePermissions(server.socket())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(call(server, "topic:list --json\0")).startsWith("[ {").endsWith("]\n\0000");
      assertThat(call(server, "topic:describe order\0"))
          .isEqualTo("\0001\nthere is no topic order; did you mean orders?");
      assertThat(call(server, "nonsense\0")).startsWith("\0001\n").contains("nonsense").contains("; help shows what there is");
      assertThat(call(server, "topic:lst\0")).endsWith("topic:lst; did you mean topic:list?");
      assertThat(call(server, "produce orders -\2one\ntwo\n")).startsWith("produced 2 records");
      // a client that only sends the command and closes its half
      assertThat(call(server, "consume orders")).isEqualTo("one\ntwo\n\0000");
      // what a command returns is printed
      assertThat(call(server, "x = 5\0")).isEqualTo("5\n\0000");
    }
    assertThat(data.resolve(ShellServer.SOCKET)).doesNotExist();
  }

  @Test
  void aClientThatSendsNoCommandInTimeIsDisconnected() throws Exception {
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers); SocketChannel silent = connect(server)) {
      timers.set.take().run();
      assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(call(server, "x = 5\0")).isEqualTo("5\n\0000");
      assertThat(timers.set).isEmpty();
    }
  }

  @Test
  void anErrorInACommandIsAnswered() throws Exception {
    gosh.processor.addCommand("test", new Failing(), "failing");
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers)) {
      assertThat(call(server, "failing\0")).startsWith("\0001\n").endsWith("StackOverflowError: thrown by a test");
    }
  }

  /** A command that throws an Error. */
  private static final class Failing implements Function {
    @Override
    public Object execute(CommandSession session, List<Object> arguments) {
      throw new StackOverflowError("thrown by a test");
    }
  }

  @Test
  void outputArrivesWhileTheCommandRuns() throws Exception {
    gosh.processor.addCommand("test", new Waiting(), "slow");
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers); SocketChannel client = connect(server)) {
      client.write(ByteBuffer.wrap("slow\0".getBytes()));
      ByteBuffer some = ByteBuffer.allocate(100);
      client.read(some);
      assertThat(new String(some.array(), 0, some.position())).startsWith("at once");
      assertThat(ended.getCount()).isEqualTo(1);
    }
  }

  @Test
  void aClientThatGoesAwayEndsItsCommand() throws Exception {
    gosh.processor.addCommand("test", new Waiting(), "slow");
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers)) {
      try (SocketChannel client = connect(server)) {
        client.write(ByteBuffer.wrap("slow\0".getBytes()));
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void followingEndsWithItsClient() throws Exception {
    broker.topic("orders", 1);
    gosh.run("produce orders one");
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers); SocketChannel client = connect(server)) {
      client.write(ByteBuffer.wrap("consume orders --follow\0".getBytes()));
      ByteBuffer some = ByteBuffer.allocate(4);
      while (some.hasRemaining()) {
        client.read(some);
      }
      assertThat(new String(some.array())).isEqualTo("one\n");
    }
  }

  @Test
  void aStaleSocketIsReplaced() throws Exception {
    ShellServer killed = ShellServer.start(data, gosh.processor, timers);
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers)) {
      assertThat(call(server, "echo here\0")).isEqualTo("here\n\0000");
    } finally {
      killed.close();
    }
  }

  @Test
  void aLongPathIsReplacedByAShortOne() throws Exception {
    Path deep = Files.createDirectories(data.resolve("d".repeat(60)).resolve("e".repeat(60)));
    try (ShellServer server = ShellServer.start(deep, gosh.processor, timers)) {
      assertThat(Path.of(Files.readString(deep.resolve(ShellServer.PATH_FILE)))).isEqualTo(server.socket());
      assertThat(call(server, "echo here\0")).isEqualTo("here\n\0000");
    }
    assertThat(deep.resolve(ShellServer.PATH_FILE)).doesNotExist();
  }

  @Test
  void tooManyAreRefused() throws Exception {
    gosh.processor.addCommand("test", new Waiting(), "slow");
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers)) {
      SocketChannel[] clients = new SocketChannel[ShellServer.SESSIONS_MAX];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = connect(server);
      }
      // connections are accepted in their order
      assertThat(call(server, "")).contains("16 shell commands run already");
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }

  @Test
  void zeroBytesInTheOutputDoNotEndIt() throws Exception {
    gosh.processor.addCommand("test", (Function) (session, arguments) -> {
      System.out.print("a\0b");
      return null;
    }, "zero");
    try (ShellServer server = ShellServer.start(data, gosh.processor, timers)) {
      assertThat(call(server, "zero\0")).isEqualTo("a?b\0000");
    }
  }

  private SocketChannel connect(ShellServer server) throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(server.socket()));
  }

  /** Sends a request; if it has no mark of its end or has input, the half is closed. */
  private String call(ShellServer server, String request) throws IOException {
    try (SocketChannel client = connect(server)) {
      client.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      if (!request.endsWith("\0")) {
        client.shutdownOutput();
      }
      ByteArrayOutputStream reply = new ByteArrayOutputStream();
      ByteBuffer part = ByteBuffer.allocate(1000);
      while (client.read(part) >= 0) {
        reply.write(part.array(), 0, part.position());
        part.clear();
      }
      return reply.toString(StandardCharsets.UTF_8);
    }
  }

  /** Prints, and then waits until it is interrupted. */
  private final class Waiting implements Function {
    @Override
    public Object execute(CommandSession session, List<Object> arguments) {
      System.out.println("at once");
      System.out.flush();
      started.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        ended.countDown();
      }
      return null;
    }
  }
}
