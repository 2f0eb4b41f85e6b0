package io.margay.console.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
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
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The socket with the real Gogo behind it. */
@Timeout(30)
class ConsoleServerTest {
  @TempDir
  Path data;
  private final CommandProcessorImpl processor = new CommandProcessorImpl(THREAD_IO);
  private final Timers timers = new Timers();
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Commands commands = new Commands(60_000);

  /** Replaces System.out and its like, once. */
  private static final ThreadIOImpl THREAD_IO = new ThreadIOImpl();

  static {
    THREAD_IO.start();
  }

  /** Timers that fire when the test says so. */
  private static final class Timers extends ScheduledThreadPoolExecutor {
    private final BlockingQueue<Runnable> set = new LinkedBlockingQueue<>();

    Timers() {
      super(0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      set.add(task);
      ScheduledFuture<?> future = super.schedule(() -> { }, 1, TimeUnit.DAYS);
      return new Cancelled(future, () -> set.remove(task));
    }
  }

  private record Cancelled(ScheduledFuture<?> future, Runnable removed) implements ScheduledFuture<Object> {
    @Override
    public boolean cancel(boolean interrupt) {
      removed.run();
      return future.cancel(interrupt);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return future.getDelay(unit);
    }

    @Override
    public int compareTo(Delayed other) {
      return future.compareTo(other);
    }

    @Override
    public boolean isCancelled() {
      return future.isCancelled();
    }

    @Override
    public boolean isDone() {
      return future.isDone();
    }

    @Override
    public Object get() throws InterruptedException, ExecutionException {
      return future.get();
    }

    @Override
    public Object get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
      return future.get(timeout, unit);
    }
  }

  /** For people: leaves out its class. */
  private static final class ForUsers extends RuntimeException {
    private static final long serialVersionUID = 1;

    ForUsers(String message) {
      super(message);
    }

    @Override
    public String toString() {
      return getMessage();
    }
  }

  ConsoleServerTest() {
    commands.hints(wrong -> "; did you mean echo?");
    add("echo", arguments -> System.out.println(arguments.get(0)));
    add("refuse", arguments -> {
      throw new ForUsers("there is no topic order; did you mean orders?");
    });
    add("count", arguments -> System.out.println(new BufferedReader(new InputStreamReader(System.in)).lines().count() + " lines"));
  }

  private void add(String name, Consumer<List<Object>> body) {
    processor.addCommand("test", (Function) (session, arguments) -> {
      body.accept(arguments);
      return null;
    }, name);
  }

  private ConsoleServer start(Path directory) throws IOException {
    return ConsoleServer.start(directory, processor, commands, timers);
  }

  @AfterEach
  void close() {
    timers.shutdownNow();
    processor.stop();
  }

  @Test
  void aCommandIsAnsweredWithOutputAndCode() throws Exception {
    try (ConsoleServer server = start(data)) {
      assertThat(Files.getPosixFilePermissions(server.socket())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(call(server, "echo 'two words'\0")).isEqualTo("two words\n\0000");
      assertThat(call(server, "refuse\0")).isEqualTo("\0001\nthere is no topic order; did you mean orders?");
      assertThat(call(server, "ecko\0")).startsWith("\0001\n").endsWith("ecko; did you mean echo?");
      assertThat(call(server, "count -\2one\ntwo\n")).isEqualTo("2 lines\n\0000");
      // a client that only sends the command and closes its half
      assertThat(call(server, "echo here")).isEqualTo("here\n\0000");
      // what a command returns is printed
      assertThat(call(server, "x = 5\0")).isEqualTo("5\n\0000");
    }
    assertThat(data.resolve(ConsoleServer.SOCKET)).doesNotExist();
  }

  @Test
  void aClientThatSendsNoCommandInTimeIsDisconnected() throws Exception {
    try (ConsoleServer server = start(data); SocketChannel silent = connect(server)) {
      timers.set.take().run();
      assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(call(server, "x = 5\0")).isEqualTo("5\n\0000");
      assertThat(timers.set).isEmpty();
    }
  }

  @Test
  void anErrorInACommandIsAnswered() throws Exception {
    processor.addCommand("test", new Failing(), "failing");
    try (ConsoleServer server = start(data)) {
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
    processor.addCommand("test", new Waiting(), "slow");
    try (ConsoleServer server = start(data); SocketChannel client = connect(server)) {
      client.write(ByteBuffer.wrap("slow\0".getBytes()));
      ByteBuffer some = ByteBuffer.allocate(100);
      client.read(some);
      assertThat(new String(some.array(), 0, some.position())).startsWith("at once");
      assertThat(ended.getCount()).isEqualTo(1);
    }
  }

  @Test
  void aClientThatGoesAwayEndsItsCommand() throws Exception {
    processor.addCommand("test", new Waiting(), "slow");
    try (ConsoleServer server = start(data)) {
      try (SocketChannel client = connect(server)) {
        client.write(ByteBuffer.wrap("slow\0".getBytes()));
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** As while the settings are updated: the broker's commands come back a moment later. */
  @Test
  void aCommandWaitsUntilTheCommandsAreThereAgain() throws Exception {
    commands.hints(null);
    try (ConsoleServer server = start(data); SocketChannel client = connect(server)) {
      assertThat(call(server, "echo 'is known'\0")).isEqualTo("is known\n\0000");
      client.write(ByteBuffer.wrap("late\0".getBytes(StandardCharsets.UTF_8)));
      assertThat(call(server, "echo 'another one'\0")).isEqualTo("another one\n\0000");
      add("late", arguments -> System.out.print("here"));
      commands.hints(wrong -> "");
      ByteBuffer reply = ByteBuffer.allocate(4);
      while (reply.hasRemaining() && client.read(reply) >= 0) {
        // until it is whole
      }
      assertThat(new String(reply.array(), StandardCharsets.UTF_8)).isEqualTo("here");
    }
  }

  @Test
  void aCommandThatIsNotThereIsAnsweredWhenTheWaitingEnds() throws Exception {
    try (ConsoleServer server = ConsoleServer.start(data, processor, new Commands(1), timers)) {
      assertThat(call(server, "topic:list\0")).contains("topic:list; the broker's own commands are not there now");
    }
  }

  /** As when the bundle is updated by a command that came through it. */
  @Test
  void aCommandThatClosesTheSocketIsAnsweredAndOthersEnd() throws Exception {
    processor.addCommand("test", new Waiting(), "slow");
    try (ConsoleServer server = start(data); SocketChannel other = connect(server)) {
      add("stop", arguments -> {
        try {
          server.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        System.out.print("interrupted=" + Thread.currentThread().isInterrupted());
      });
      other.write(ByteBuffer.wrap("slow\0".getBytes(StandardCharsets.UTF_8)));
      assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(call(server, "stop\0")).isEqualTo("interrupted=false\0000");
      assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aStaleSocketIsReplaced() throws Exception {
    ConsoleServer killed = start(data);
    try (ConsoleServer server = start(data)) {
      assertThat(call(server, "echo here\0")).isEqualTo("here\n\0000");
    } finally {
      killed.close();
    }
  }

  @Test
  void aLongPathIsReplacedByAShortOne() throws Exception {
    Path deep = Files.createDirectories(data.resolve("d".repeat(60)).resolve("e".repeat(60)));
    try (ConsoleServer server = start(deep)) {
      assertThat(Path.of(Files.readString(deep.resolve(ConsoleServer.PATH_FILE)))).isEqualTo(server.socket());
      assertThat(call(server, "echo here\0")).isEqualTo("here\n\0000");
    }
    assertThat(deep.resolve(ConsoleServer.PATH_FILE)).doesNotExist();
  }

  @Test
  void tooManyAreRefused() throws Exception {
    processor.addCommand("test", new Waiting(), "slow");
    try (ConsoleServer server = start(data)) {
      SocketChannel[] clients = new SocketChannel[ConsoleServer.SESSIONS_MAX];
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
    processor.addCommand("test", (Function) (session, arguments) -> {
      System.out.print("a\0b");
      return null;
    }, "zero");
    try (ConsoleServer server = start(data)) {
      assertThat(call(server, "zero\0")).isEqualTo("a?b\0000");
    }
  }

  private SocketChannel connect(ConsoleServer server) throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(server.socket()));
  }

  /** Sends a request; if it has no mark of its end or has input, the half is closed. */
  private String call(ConsoleServer server, String request) throws IOException {
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
