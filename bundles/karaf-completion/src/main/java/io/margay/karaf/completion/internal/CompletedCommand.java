package io.margay.karaf.completion.internal;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Parser;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of our commands for Karaf, with the completion of its arguments. Immutable. */
final class CompletedCommand implements Command {
  private static final Logger LOG = LoggerFactory.getLogger(CompletedCommand.class);

  private final String id;
  private final String description;
  private final Function function;
  private final Function candidates;

  /**
   * @param id scope and name, such as {@code topic:list}
   * @param description one sentence
   * @param function runs it
   * @param candidates returns the possible words at a position of a command; its arguments are the id, the position, 0 for the options,
   *     and the words of the line
   */
  CompletedCommand(String id, String description, Function function, Function candidates) {
    this.id = id;
    this.description = description;
    this.function = function;
    this.candidates = candidates;
  }

  @Override
  public String getScope() {
    return id.substring(0, id.indexOf(':'));
  }

  @Override
  public String getName() {
    return id.substring(id.indexOf(':') + 1);
  }

  @Override
  public String getDescription() {
    return description;
  }

  /** Returns the same for both values: the command is known with and without its scope. */
  @Override
  public Completer getCompleter(boolean scoped) {
    return new Completer() {
      @Override
      public int complete(Session session, CommandLine line, List<String> found) {
        return CompletedCommand.this.complete(session, line, found);
      }

      @Override
      public void completeCandidates(Session session, CommandLine line, List<Candidate> found) {
        List<String> words = new ArrayList<>();
        complete(session, line, words);
        for (String word : words) {
          String value = word.trim();
          // behind a directory or the name of a setting, more is typed
          found.add(new Candidate(value, !value.endsWith("/") && !value.endsWith("=")));
        }
      }
    };
  }

  private int complete(Session session, CommandLine line, List<String> found) {
    int index = line.getCursorArgumentIndex();
    if (index == 0) {
      return new StringsCompleter(List.of(id)).complete(session, line, found);
    }
    String typed = line.getArguments()[0];
    if (!typed.equals(id) && !typed.equals(getName())) {
      return -1;
    }
    String word = line.getCursorArgument();
    boolean option = word != null && word.startsWith("-");
    return new StringsCompleter(values(option ? 0 : index, line.getArguments())).complete(session, line, found);
  }

  private Collection<String> values(int place, String[] words) {
    try {
      return ((Collection<?>) candidates.execute(null, List.of(id, place, List.of(words)))).stream().map(String::valueOf).toList();
    } catch (Exception e) { // Gogo's functions declare it; a failed completion is not an error
      LOG.debug("Nothing to complete command={}", id, e);
      return List.of();
    }
  }

  @Override
  public Parser getParser() {
    return null;
  }

  @Override
  public Object execute(Session session, List<Object> arguments) throws Exception {
    return function.execute(session == null ? null : variablesOf(session), arguments);
  }

  /** A session of Gogo with the variables of Karaf's, such as USER for who has logged in; commands use no more of it. */
  private static CommandSession variablesOf(Session session) {
    return (CommandSession) Proxy.newProxyInstance(CommandSession.class.getClassLoader(), new Class<?>[] {CommandSession.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("get") && arguments.length == 1) {
            return session.get((String) arguments[0]);
          }
          throw new UnsupportedOperationException(method.getName());
        });
  }
}
