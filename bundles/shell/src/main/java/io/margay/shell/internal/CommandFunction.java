package io.margay.shell.internal;

import io.margay.model.TopicNames;
import io.margay.spi.audit.AuditEvent;
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
   * @param guard asked for what needs a larger role than the command itself
   */
  record Io(InputStream in, PrintStream out, LocalClient.Caller caller, Guard guard) {
    /** To show how a command is used: nothing is read or sent. */
    static Io unused() {
      return new Io(InputStream.nullInputStream(), System.out, null, (what, instead) -> { });
    }

    /**
     * Passes for the role admin alone, because files of the server may hold secrets. Called before anything is told about the file, such as that it exists.
     *
     * @param what how the file was given, such as {@code --file}
     * @param instead what others can do, for the message
     * @throws ShellException when the session has a smaller role
     */
    void requireFiles(String what, String instead) {
      guard.requireAdmin(what, instead);
    }

    /**
     * Passes for the role admin alone if the topic is one of the server's own, which hold what was audited, credentials of groups and the like.
     *
     * @throws ShellException when the session has a smaller role
     */
    void requireTopic(String topic) {
      if (TopicNames.isInternal(topic) || TopicNames.isReserved(topic)) {
        guard.requireAdmin(topic, "");
      }
    }
  }

  /** Knows the session. */
  @FunctionalInterface
  interface Guard {
    /** @throws ShellException when the session has not the role admin; the texts are for the message */
    void requireAdmin(String what, String instead);
  }

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
      call(session, new Io(System.in, out, dispatch.caller(session), (what, instead) ->
          dispatch.check(session, fullName() + " " + what, Role.ADMIN, instead)), arguments);
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
    dispatch.check(session, fullName(), needed, "");
    String outcome = "failed";
    try {
      new CommandLine.RunLast().execute(parsed);
      outcome = AuditEvent.OK;
    } catch (CommandLine.ExecutionException e) {
      if (e.getCause() instanceof InterruptedException) {
        // the user ended it: that is no failure, but it may have done a part of its work
        outcome = "interrupted";
        Thread.currentThread().interrupt();
      } else if (e.getCause() instanceof Exception cause) {
        throw cause;
      } else {
        throw e;
      }
    } finally {
      dispatch.ended(session, fullName(), needed, parsed.subcommand(), outcome);
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
    return commandLine(Io.unused()).getCommandSpec().options();
  }

  /** What {@code --help} prints. */
  String usage() {
    return usage(commandLine(Io.unused()));
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
