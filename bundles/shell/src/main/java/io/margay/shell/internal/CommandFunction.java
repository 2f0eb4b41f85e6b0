package io.margay.shell.internal;

import io.margay.spi.client.LocalClient;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import picocli.CommandLine;

/**
 * A command as Gogo sees it: parses the arguments, calls the annotated method, turns failures into one line. Each call has its
 * own instance of the class that holds the method, so commands may run at the same time.
 */
final class CommandFunction implements Function {
  /**
   * What a running command talks to.
   *
   * @param in its input
   * @param out its output, UTF-8
   * @param caller as whom it sends requests; null for the server itself
   */
  record Io(InputStream in, PrintStream out, LocalClient.Caller caller) { }

  /** Makes the object whose methods are the commands of a scope. */
  @FunctionalInterface
  interface Scope {
    /** A new object, with {@code @Command} on its class and on the methods. */
    Object commands(Io io);
  }

  private final String scope;
  private final String name;
  private final String summary;
  private final Role needed;
  private final Scope factory;
  private final Dispatch dispatch;

  /**
   * @param needed the role that it needs
   * @param dispatch what every command passes
   */
  CommandFunction(String scope, CommandLine.Command command, Role needed, Scope factory, Dispatch dispatch) {
    this.scope = scope;
    this.needed = needed;
    this.dispatch = dispatch;
    this.name = command.name();
    this.summary = String.join(" ", command.description());
    this.factory = factory;
  }

  @Override
  public Object execute(CommandSession session, List<Object> arguments) throws Exception {
    // Gogo directs these to the session, or to the next command of a pipe, for this thread
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    try {
      call(session, new Io(System.in, out, dispatch.caller(session)), arguments);
    } finally {
      out.flush();
    }
    return null;
  }

  private void call(CommandSession session, Io io, List<Object> arguments) throws Exception {
    CommandLine line = commandLine(io);
    List<String> words = strings(arguments);
    words.add(0, name);
    CommandLine.ParseResult parsed;
    try {
      parsed = line.getParent().parseArgs(words.toArray(String[]::new));
    } catch (CommandLine.ParameterException e) {
      throw new ShellException(fullName() + ": " + problem(e) + "; " + fullName() + " --help shows its usage");
    }
    if (parsed.subcommand().isUsageHelpRequested()) {
      io.out().print(usage(line));
      return;
    }
    dispatch.check(session, fullName(), needed);
    Throwable failure = null;
    try {
      new CommandLine.RunLast().execute(parsed);
    } catch (CommandLine.ExecutionException e) {
      failure = e;
      if (e.getCause() instanceof InterruptedException) {
        // the user ended it: that is no failure
        Thread.currentThread().interrupt();
      } else if (e.getCause() instanceof Exception cause) {
        throw cause;
      } else {
        throw e;
      }
    } finally {
      dispatch.ended(session, fullName(), needed, parsed.subcommand(), failure);
    }
  }

  /** What is wrong with the arguments. */
  private String problem(CommandLine.ParameterException e) {
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      String wrong = unmatched.getUnmatched().get(0);
      if (wrong.startsWith("-")) {
        List<String> options = options().stream().flatMap(o -> Arrays.stream(o.names())).toList();
        List<String> near = Near.names(wrong, options);
        return "there is no option " + Printable.of(wrong) + (near.isEmpty() ? "" : "; did you mean " + String.join(", ", near) + "?");
      }
    }
    // "Value for option option '--config' (SETTING=VALUE) should be ..."
    return e.getMessage().replace("for option option", "for option");
  }

  /** How it is typed. */
  String fullName() {
    return scope.equals(MargayCommands.SCOPE) ? name : scope + ":" + name;
  }

  /** The role that it needs. */
  Role needed() {
    return needed;
  }

  /** One sentence. */
  String summary() {
    return summary;
  }

  /** Its options. */
  List<CommandLine.Model.OptionSpec> options() {
    return commandLine(new Io(InputStream.nullInputStream(), System.out, null)).getCommandSpec().options();
  }

  /** What {@code --help} prints. */
  String usage() {
    return usage(commandLine(new Io(InputStream.nullInputStream(), System.out, null)));
  }

  private String usage(CommandLine line) {
    // to the parser it is a subcommand, which is typed differently
    return line.getUsageMessage(CommandLine.Help.Ansi.OFF).replace(scope + " " + name, scope + ":" + name);
  }

  private CommandLine commandLine(Io io) {
    CommandLine all = new CommandLine(factory.commands(io));
    CommandLine line = all.getSubcommands().get(name);
    line.getCommandSpec().addOption(CommandLine.Model.OptionSpec.builder("-h", "--help").usageHelp(true).type(boolean.class)
        .arity("0").description("Show this and do nothing.").build());
    all.setExpandAtFiles(false).setInterpolateVariables(false).setUsageHelpWidth(100);
    return line;
  }

  private static List<String> strings(Collection<?> arguments) {
    List<String> strings = new ArrayList<>();
    for (Object argument : arguments) {
      if (argument instanceof Collection<?> many) {
        strings.addAll(strings(many));
      } else {
        strings.add(String.valueOf(argument));
      }
    }
    return strings;
  }
}
