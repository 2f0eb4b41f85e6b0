package io.margay.launcher;

import java.util.ArrayList;
import java.util.List;

/**
 * The checked command line.
 *
 * @param command what to do
 * @param console false if {@code --no-console} was given; true otherwise, also for commands that have no console
 * @param text for {@link Command#DEPLOY} the command to send, not blank; for {@link Command#SHELL} as well, or blank for a console; for
 *     {@link Command#CLUSTER} and {@link Command#CERTS} its words; for {@link Command#UNSET} names with spaces between; empty otherwise
 * @param role for {@link Command#SHELL} the role whose socket is used; empty for all that the user of the broker may do
 */
record CommandLine(Command command, boolean console, String text, String role) {
  /** The commands, with the names that are typed. */
  enum Command { RUN, START, STOP, STATUS, SHELL, DEPLOY, CLUSTER, UNSET, CERTS, VERSION, HELP }

  CommandLine(Command command, boolean console, String text) {
    this(command, console, text, "");
  }

  static final String USAGE = """
      Usage: margay COMMAND

        run [--no-console]   start a broker in the foreground; with a console if this is a terminal
        start                start a broker in the background and wait until it serves
        stop                 stop the broker of this data directory and wait until it is gone
        status               say whether the broker of this data directory runs; exit code 3 if not
        shell [--role ROLE] [COMMAND]
                             send a shell command to the running broker, for example: margay shell lb;
                             without one, open a console, or read commands from the standard input;
                             with the role view or operate, over its socket, see margay.shell.role.sockets
        deploy [--dry-run] [--watch TIME] FILE...
                             replace bundles of the running broker, watch them, and go back when they do worse
        config:unset --offline NAME...
                             unset settings that are stored for this broker in the cluster, while it does not run
        cluster up [N]       start a cluster of N brokers (3) on this machine, or those of it that do not run
        cluster status       say which of its brokers run, where, and which one leads the metadata
        cluster kill N       end the broker N at once, as a crash does
        cluster down         stop all its brokers
        certs dev [DIRECTORY] [HOST...]
                             make a certificate authority and certificates for development, in certs unless a
                             directory is given; for localhost, 127.0.0.1 and the hosts that are given
        version              print the version
        help                 print this text

      Environment:
        JAVA_HOME            the Java to use, 17 or later (default: java from the PATH)
        MARGAY_DATA          directory for data, logs and the process id (default: data beside bin)
        MARGAY_HEAP_OPTS     heap options instead of -Xmx256m; KAFKA_HEAP_OPTS works too
        MARGAY_OPTS          more options for the JVM; KAFKA_OPTS works too
      """;

  /** @throws IllegalArgumentException with a message for the user if there is no such command or option */
  static CommandLine parse(String... args) {
    if (args.length == 0) {
      return new CommandLine(Command.HELP, true, "");
    }
    Command command = command(args[0]);
    List<String> rest = new ArrayList<>(List.of(args).subList(1, args.length));
    boolean console = command != Command.RUN || !rest.remove("--no-console");
    if (command == Command.SHELL) {
      boolean help = rest.size() == 1 && (rest.get(0).equals("--help") || rest.get(0).equals("-h"));
      return help ? new CommandLine(Command.HELP, true, "") : shell(console, rest);
    }
    if (command == Command.DEPLOY) {
      return new CommandLine(command, console, DeployCommand.of(rest));
    }
    if (command == Command.UNSET) {
      return new CommandLine(command, console, OfflineUnset.names(rest));
    }
    if (command == Command.CERTS) {
      return new CommandLine(command, console, DevelopmentCertificates.words(rest));
    }
    if (command == Command.CLUSTER) {
      return new CommandLine(command, console, cluster(rest));
    }
    if (!rest.isEmpty()) {
      throw new IllegalArgumentException(args[0] + " does not know " + rest.get(0) + "; see margay help");
    }
    return new CommandLine(command, console, "");
  }

  private static CommandLine shell(boolean console, List<String> words) {
    if (words.isEmpty() || !words.get(0).equals("--role")) {
      return new CommandLine(Command.SHELL, console, GogoWords.line(words));
    }
    if (words.size() < 2 || !words.get(1).matches("view|operate")) {
      throw new IllegalArgumentException("shell --role needs view or operate");
    }
    return new CommandLine(Command.SHELL, console, GogoWords.line(words.subList(2, words.size())), words.get(1));
  }

  private static String cluster(List<String> words) {
    String known = words.isEmpty() ? "" : words.get(0);
    String text = String.join(" ", words);
    boolean valid = switch (known) {
      case "up" -> text.matches("up( [1-" + ClusterPlan.MAX_NODES + "])?");
      case "kill" -> text.matches("kill [1-" + ClusterPlan.MAX_NODES + "]");
      case "status", "down" -> words.size() == 1;
      default -> false;
    };
    if (!valid) {
      throw new IllegalArgumentException("cluster needs up [N], status, kill N or down, with N from 1 to " + ClusterPlan.MAX_NODES
          + ", not '" + text + "'");
    }
    return text;
  }

  private static Command command(String word) {
    return switch (word) {
      case "run" -> Command.RUN;
      case "start" -> Command.START;
      case "stop" -> Command.STOP;
      case "status" -> Command.STATUS;
      case "shell" -> Command.SHELL;
      case "deploy" -> Command.DEPLOY;
      case "cluster" -> Command.CLUSTER;
      case "certs" -> Command.CERTS;
      case "config:unset" -> Command.UNSET;
      case "version", "--version" -> Command.VERSION;
      case "help", "--help", "-h" -> Command.HELP;
      default -> throw new IllegalArgumentException("there is no command " + word + "; see margay help");
    };
  }
}
