package io.margay.launcher;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * A console of a broker that runs in the background: each line is a command, sent as {@code margay shell COMMAND} sends it. Without a
 * terminal it reads the lines from the standard input. Variables of Gogo live for one line only.
 */
final class RemoteConsole {
  private static final String PROMPT = "margay> ";
  private final Layout layout;
  private final Connect connect;

  /** Opens a connection for one command. */
  @FunctionalInterface
  interface Connect {
    SocketChannel open() throws IOException, InterruptedException;
  }

  /** @param layout where the broker's data are, and the history of lines is kept */
  RemoteConsole(Layout layout, Connect connect) {
    this.layout = layout;
    this.connect = connect;
  }

  /** Runs commands until the end of the input, {@code exit} or {@code quit}. @return the exit code of the last one that failed, or 0 */
  int run(boolean terminal) throws IOException, InterruptedException {
    if (!terminal) {
      return script(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out, System.err);
    }
    // says at once, and not after the first command, that there is no broker
    List<String> commands = candidates("margay:help", 1, "help");
    return interactive(commands);
  }

  int script(BufferedReader lines, OutputStream out, OutputStream error) throws IOException, InterruptedException {
    int failed = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isBlank() && !line.strip().startsWith("#")) {
        int code = ShellClient.execute(connect.open(), line.strip(), InputStream.nullInputStream(), out, error);
        failed = code == 0 ? failed : code;
      }
    }
    return failed;
  }

  private int interactive(List<String> commands) throws IOException, InterruptedException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      LineReader reader = LineReaderBuilder.builder().terminal(terminal)
          .completer((r, line, candidates) -> complete(line, commands).forEach(c -> candidates.add(candidate(c))))
          .variable(LineReader.HISTORY_FILE, layout.data().resolve("shell.history"))
          .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true).build();
      terminal.writer().println("The console of the broker on " + layout.data() + "; help lists the commands, exit ends it.");
      while (next(reader, terminal)) {
        // each line is complete in itself
      }
      return 0;
    }
  }

  private boolean next(LineReader reader, Terminal terminal) throws InterruptedException {
    String line;
    try {
      line = reader.readLine(PROMPT).strip();
    } catch (UserInterruptException e) {
      return true;
    } catch (EndOfFileException e) {
      return false;
    }
    if (line.equals("exit") || line.equals("quit")) {
      return false;
    }
    if (!line.isEmpty()) {
      execute(line, terminal);
    }
    return true;
  }

  /** Ctrl-C ends the command, as it does on the broker's own console. */
  private void execute(String line, Terminal terminal) throws InterruptedException {
    try (SocketChannel channel = connect.open()) {
      Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, signal -> close(channel));
      try {
        ShellClient.execute(channel, line, InputStream.nullInputStream(), System.out, System.err);
      } finally {
        terminal.handle(Terminal.Signal.INT, before);
      }
    } catch (IOException e) {
      terminal.writer().println(e.getMessage() == null ? "interrupted" : e.getMessage());
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // it is closed as far as it can be
    }
  }

  /** What may stand at the cursor; nothing when the broker does not say. */
  private List<String> complete(ParsedLine line, List<String> commands) {
    if (line.wordIndex() == 0) {
      return commands;
    }
    String command = line.words().get(0);
    String id = command.contains(":") ? command : "margay:" + command;
    String words = line.words().stream().map(GogoWords::quote).collect(Collectors.joining(" "));
    int place = line.word().startsWith("-") ? 0 : line.wordIndex();
    try {
      return candidates(id, place, words);
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /** Asks the broker what may stand at a place of a command. */
  private List<String> candidates(String id, int place, String words) throws IOException, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ShellClient.execute(connect.open(), "margay:candidates " + GogoWords.quote(id) + " " + place + " [" + words + "]",
        InputStream.nullInputStream(), out, OutputStream.nullOutputStream());
    return out.toString(StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
  }

  private static Candidate candidate(String text) {
    return new Candidate(text, text, null, null, null, null, !text.endsWith("=") && !text.endsWith("/"));
  }
}
