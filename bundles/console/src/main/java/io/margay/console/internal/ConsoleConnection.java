package io.margay.console.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Job;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command over the socket.
 *
 * <pre>
 *   request:  command (UTF-8)  0                      the client keeps its half open; its end means that the client went away
 *             command (UTF-8)  2  input ...  end      input for the command, until the client closes its half
 *             command (UTF-8)  end                    no input
 *   reply:    output  0  exit code (decimal)  [ \n  message (UTF-8) ]  end
 * </pre>
 *
 * A zero byte in the output becomes {@code ?}. The message says why the exit code is not 0.
 *
 * <p>Three threads: the caller of {@link #run} reads the request and runs the command, one hands input on, one writes output.
 * The command never sees the channel: a thread that is interrupted while it uses a channel closes it, and the threads that a
 * command starts inherit its output.
 */
final class ConsoleConnection {
  static final byte NO_INPUT = 0;
  static final byte INPUT = 2;
  static final int COMMAND_BYTES_MAX = 1 << 20;
  private static final int QUEUE_BYTES = 64 * 1024;
  private static final String SCOPE = "margay:gogo:felix:*";
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleConnection.class);

  /** The connection whose command this thread runs; inherited by the threads that Gogo starts for it. */
  private static final InheritableThreadLocal<ConsoleConnection> CURRENT = new InheritableThreadLocal<>();

  private final SocketChannel channel;
  private final CommandProcessor processor;
  private final Commands commands;
  private final ThreadFactory threads;
  private final RoleGuard guard;
  private final ByteQueue input = new ByteQueue(QUEUE_BYTES);
  private final ByteQueue output = new ByteQueue(QUEUE_BYTES);
  private final ByteBuffer received = ByteBuffer.allocate(8192).flip();
  private Thread runner;
  private CommandSession session;
  private boolean gone;
  private boolean waiting = true;

  /**
   * @param channel blocking; closed at the end
   * @param processor runs the command
   * @param commands what the broker's own commands need
   * @param threads makes the helper threads
   * @param guard says what may be typed
   */
  ConsoleConnection(SocketChannel channel, CommandProcessor processor, Commands commands, ThreadFactory threads, RoleGuard guard) {
    this.guard = guard;
    this.channel = channel;
    this.processor = processor;
    this.commands = commands;
    this.threads = threads;
  }

  /** Reads the command, runs it and answers. @param overdue cancelled when the command has arrived */
  void run(Future<?> overdue) {
    try (channel) {
      ByteArrayOutputStream command = new ByteArrayOutputStream();
      int mark = readCommand(command);
      synchronized (this) {
        waiting = false;
      }
      overdue.cancel(false);
      if (mark == INPUT) {
        threads.newThread(this::feedInput).start();
      } else {
        input.end();
        if (mark == NO_INPUT) {
          threads.newThread(this::watchClient).start();
        }
      }
      Thread writer = threads.newThread(this::writeOutput);
      writer.start();
      reply(command.toString(StandardCharsets.UTF_8));
      input.abandon();
      output.end();
      writer.join();
    } catch (IOException e) {
      LOG.debug("Shell connection ended error={}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      abort();
    }
  }

  /** The client has not sent a command in time: disconnects it. Safe for all threads. */
  void onCommandOverdue() {
    boolean late;
    synchronized (this) {
      late = waiting;
    }
    if (late) {
      LOG.debug("A shell client sent no command in time");
      abort();
    }
  }

  /** Ends the command, because its client went away or the shell stops. Safe for all threads; idempotent. */
  void abort() {
    CommandSession open;
    boolean close;
    synchronized (this) {
      if (gone) {
        return;
      }
      gone = true;
      open = session;
      close = waiting;
      if (open != null && runner != Thread.currentThread()) {
        runner.interrupt();
      }
    }
    output.abandon();
    input.abandon();
    Job job = open == null ? null : open.foregroundJob();
    if (job != null) {
      job.interrupt();
    }
    if (close) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("Cannot close a shell connection error={}", e.toString());
      }
    }
  }

  /** Answers that there are too many. */
  static void refuse(SocketChannel channel, String message) throws IOException {
    channel.write(ByteBuffer.wrap(("\0001\n" + message).getBytes(StandardCharsets.UTF_8)));
  }

  private int readCommand(ByteArrayOutputStream command) throws IOException {
    while (fill()) {
      while (received.hasRemaining()) {
        byte b = received.get();
        if (b == NO_INPUT || b == INPUT) {
          return b;
        }
        command.write(b);
        if (command.size() > COMMAND_BYTES_MAX) {
          throw new IOException("command longer than " + COMMAND_BYTES_MAX + " bytes");
        }
      }
    }
    return -1;
  }

  private boolean fill() throws IOException {
    received.clear();
    int length = channel.read(received);
    received.flip();
    return length >= 0;
  }

  private void feedInput() {
    try {
      do {
        input.put(received.array(), received.position(), received.remaining());
      } while (fill());
      input.end();
    } catch (IOException e) {
      abort();
    }
  }

  private void watchClient() {
    try {
      while (fill()) {
        LOG.debug("Ignored input of a shell command that takes none length={}", received.remaining());
      }
    } catch (IOException e) {
      LOG.debug("Shell connection broke error={}", e.toString());
    }
    abort();
  }

  private void writeOutput() {
    byte[] part = new byte[8192];
    try {
      for (int length = output.take(part, 0, part.length); length >= 0; length = output.take(part, 0, part.length)) {
        ByteBuffer bytes = ByteBuffer.wrap(part, 0, length);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (IOException e) {
      LOG.debug("Shell client does not read error={}", e.toString());
      abort();
    }
  }

  private void reply(String command) throws IOException {
    String failure = execute(command);
    // an interrupt that was meant for the command must not hurt the reply
    Thread.interrupted();
    String end = failure == null ? "\0000" : "\0001\n" + failure;
    byte[] bytes = end.getBytes(StandardCharsets.UTF_8);
    output.put(bytes, 0, bytes.length);
  }

  /** Returns null, or why it failed. */
  private String execute(String command) {
    OutputStream plain = new WithoutZero(output.output());
    InputStream in = input.input();
    CURRENT.set(this);
    try (PrintStream out = new PrintStream(plain, true, StandardCharsets.UTF_8);
        CommandSession created = processor.createSession(in, out, out)) {
      synchronized (this) {
        if (gone) {
          return "the client went away";
        }
        runner = Thread.currentThread();
        session = created;
      }
      created.put("SCOPE", SCOPE);
      commands.await(command, created);
      String line = guard.line(command);
      guard.prepare(created);
      Object result = created.execute(line);
      if (result != null) {
        out.println(created.format(result, Converter.INSPECT));
      }
      return null;
    } catch (Throwable e) {
      // an Error, too: the client waits for the end of the output
      LOG.debug("Shell command failed", e);
      return explain(e);
    } finally {
      CURRENT.remove();
      synchronized (this) {
        session = null;
      }
    }
  }

  /** Whether the calling thread runs this connection's command. */
  boolean isCurrent() {
    return CURRENT.get() == this;
  }

  private String explain(Throwable e) {
    String text = String.valueOf(e);
    // what was written for users is printed as it is; such exceptions say so by leaving out the name of their class
    if (!text.startsWith(e.getClass().getName())) {
      return text;
    }
    String name = e.getClass().getSimpleName();
    if (name.equals("CommandNotFoundException")) {
      String wrong = String.valueOf(e.getMessage());
      return e.getMessage() + commands.hint(wrong.substring(wrong.lastIndexOf(' ') + 1));
    }
    return e.getMessage() == null ? name : name + ": " + e.getMessage();
  }

  /** Replaces the byte that ends the output. */
  private static final class WithoutZero extends OutputStream {
    private final OutputStream target;

    WithoutZero(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int b) throws IOException {
      target.write((b & 0xff) == 0 ? '?' : b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      byte[] copy = new byte[length];
      for (int i = 0; i < length; i++) {
        byte b = bytes[offset + i];
        copy[i] = b == 0 ? (byte) '?' : b;
      }
      target.write(copy, 0, length);
    }
  }
}
