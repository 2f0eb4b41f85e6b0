package io.margay.console.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.service.command.CommandProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts commands on a unix domain socket of the file system. The rights of the socket file decide who may connect: mode 0600,
 * before anyone can see it. At most {@value #SESSIONS_MAX} commands run at a time; a client that does not send its command in time is
 * disconnected.
 */
final class ConsoleServer implements AutoCloseable {
  static final String SOCKET = "shell.sock";
  /** Holds the path of the socket, if the data directory's is too long for one. */
  static final String PATH_FILE = "shell.path";
  /** The shortest limit of the systems we know is 104 bytes, with a zero at the end. */
  static final int PATH_BYTES_MAX = 103;
  static final int SESSIONS_MAX = 16;
  /** How long a client may take to send its command. */
  static final long COMMAND_MS = 30_000;
  private static final long STOP_MS = 2_000;
  private static final long ACCEPT_PAUSE_NANOS = 1_000_000_000L;
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);

  private final RoleGuard guard;
  private final CommandProcessor processor;
  private final Commands commands;
  private final ScheduledExecutorService timers;
  private final ServerSocketChannel channel;
  private final Path socket;
  private final Path pathFile;
  private final Map<ConsoleConnection, Thread> open = new ConcurrentHashMap<>();
  private final AtomicInteger threadNumber = new AtomicInteger();
  private final ThreadFactory threads = task -> {
    Thread thread = new Thread(task, "margay-shell-" + threadNumber.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  };

  private ConsoleServer(RoleGuard guard, CommandProcessor processor, Commands commands, ScheduledExecutorService timers,
      ServerSocketChannel channel, Path socket, Path pathFile) {
    this.guard = guard;
    this.processor = processor;
    this.commands = commands;
    this.timers = timers;
    this.channel = channel;
    this.socket = socket;
    this.pathFile = pathFile;
  }

  /**
   * Opens the socket; a socket that a killed broker left there is replaced.
   *
   * @param data the data directory; one broker uses it at a time
   * @param processor runs the commands
   * @param commands what the broker's own commands need
   * @param timers for the time that clients have; not shut down by this server
   */
  static ConsoleServer start(Path data, CommandProcessor processor, Commands commands, ScheduledExecutorService timers)
      throws IOException {
    return start(data, RoleGuard.ADMIN, processor, commands, timers);
  }

  /** The same for a role: its socket may be opened by the group of the process, too. */
  static ConsoleServer start(Path data, RoleGuard guard, CommandProcessor processor, Commands commands, ScheduledExecutorService timers)
      throws IOException {
    String suffix = guard.restricts() ? "-" + guard.role() : "";
    String name = SOCKET.replace(".", suffix + ".");
    Path socket = data.resolve(name);
    Path pathFile = data.resolve(PATH_FILE.replace(".", suffix + "."));
    Files.deleteIfExists(pathFile);
    if (pathBytes(socket) > PATH_BYTES_MAX) {
      Files.deleteIfExists(socket);
      Path given = socket;
      socket = Files.createTempDirectory("margay-").resolve(name);
      LOG.warn("The path of the shell's socket is too long for a socket, using another path={} limit={} instead={}", given,
          PATH_BYTES_MAX, socket);
    }
    ServerSocketChannel channel = bind(socket, guard.restricts() ? "rw-rw----" : "rw-------");
    if (!socket.startsWith(data)) {
      Files.writeString(pathFile, socket.toString(), StandardCharsets.UTF_8);
    }
    ConsoleServer server = new ConsoleServer(guard, processor, commands, timers, channel, socket, pathFile);
    server.threads.newThread(server::accept).start();
    LOG.debug("Shell listens socket={}", socket);
    return server;
  }

  /** The socket, which may be outside the data directory. */
  Path socket() {
    return socket;
  }

  private static int pathBytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  /** Binds in a directory that is closed to others, sets the rights, and moves the socket to its place. */
  private static ServerSocketChannel bind(Path socket, String rights) throws IOException {
    Path directory = socket.resolveSibling(".s");
    Path hidden = directory.resolve("s");
    Files.deleteIfExists(hidden);
    Files.deleteIfExists(directory);
    Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(hidden));
      Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString(rights));
      Files.move(hidden, socket, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(directory);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void accept() {
    boolean told = false;
    while (channel.isOpen()) {
      SocketChannel client = null;
      try {
        client = channel.accept();
        serve(client);
        told = false;
      } catch (ClosedChannelException e) {
        return;
      } catch (Throwable e) {
        // no descriptor or no thread is left; that passes, and the shell may be what is needed to find out why
        if (!told) {
          told = true;
          LOG.warn("Cannot accept a shell connection, will try again socket={}", socket, e);
        }
        close(client);
        LockSupport.parkNanos(ACCEPT_PAUSE_NANOS);
      }
    }
  }

  private static void close(SocketChannel client) {
    if (client != null) {
      try {
        client.close();
      } catch (IOException e) {
        LOG.debug("Cannot close a shell connection error={}", e.toString());
      }
    }
  }

  private void serve(SocketChannel client) throws IOException {
    if (open.size() >= SESSIONS_MAX) {
      try (client) {
        ConsoleConnection.refuse(client, SESSIONS_MAX + " shell commands run already; end one of them");
      } catch (IOException e) {
        LOG.debug("Refused shell client went away error={}", e.toString());
      }
      return;
    }
    ConsoleConnection connection = new ConsoleConnection(client, processor, commands, threads, guard);
    Future<?> timer = timers.schedule(connection::onCommandOverdue, COMMAND_MS, TimeUnit.MILLISECONDS);
    Thread thread = threads.newThread(() -> {
      try {
        connection.run(timer);
      } finally {
        timer.cancel(false);
        open.remove(connection);
      }
    });
    open.put(connection, thread);
    try {
      thread.start();
    } catch (Throwable e) {
      timer.cancel(false);
      open.remove(connection);
      throw e;
    }
  }

  /** Removes the socket, ends the commands that run, but for the one that calls this, and waits a short time for them. */
  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(socket);
    if (Files.deleteIfExists(pathFile)) {
      Files.deleteIfExists(socket.getParent());
    }
    long end = System.nanoTime() + STOP_MS * 1_000_000;
    Map<ConsoleConnection, Thread> others = new HashMap<>(open);
    // a command may stop or update this very bundle: it goes on to its end, and its client gets the answer
    others.keySet().removeIf(ConsoleConnection::isCurrent);
    others.keySet().forEach(ConsoleConnection::abort);
    for (Thread thread : others.values()) {
      long leftMs = (end - System.nanoTime()) / 1_000_000;
      if (leftMs > 0) {
        try {
          thread.join(leftMs);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }
}
