package io.margay.shell.internal;

import java.io.File;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.CommandSessionListener;
import org.apache.felix.service.command.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Teaches consoles of gogo.jline to complete our options and arguments. Such a console keeps what it completes in a variable of
 * its session, and has a command {@code complete} to add to it, whose arguments are scripts; ours ask {@code margay:candidates}.
 * A session without that variable, as on the socket or in Karaf, is left alone; in Karaf, another bundle asks this function.
 */
final class Completions implements CommandSessionListener, Function {
  static final String FUNCTION = "candidates";
  private static final String COMPLETIONS = ".completions";
  private static final String DONE = ".margay.completions";
  private static final String TEXT = "margayText";
  private static final Logger LOG = LoggerFactory.getLogger(Completions.class);
  /** What stands where in a command; the last is repeated by those that take many. */
  private static final Map<String, List<String>> ARGUMENTS = Map.ofEntries(
      Map.entry("topic:describe", List.of("topic")), Map.entry("topic:delete", List.of("topic")),
      Map.entry("topic:alter", List.of("topic")), Map.entry("partition:list", List.of("topic")),
      Map.entry("offset:list", List.of("topic")), Map.entry("offset:delete-records", List.of("topic")),
      Map.entry("margay:produce", List.of("topic")), Map.entry("margay:consume", List.of("topic")),
      Map.entry("group:describe", List.of("group")), Map.entry("group:delete", List.of("group")),
      Map.entry("offset:show", List.of("group")), Map.entry("offset:reset", List.of("group", "topic")),
      Map.entry("config:get", List.of("type", "topic", "setting")),
      Map.entry("config:set", List.of("type", "topic", "assignment")), Map.entry("topic:create", List.of()),
      Map.entry("config:unset", List.of("type", "topic", "setting")), Map.entry("config:list", List.of("type", "topic")),
      Map.entry("partitioner:simulate", List.of("topic", "partitioner")), Map.entry("placement:simulate", List.of("placement")),
      Map.entry("reassign:plan", List.of("topic")), Map.entry("reassign:start", List.of("partition")),
      Map.entry("reassign:status", List.of("partition")), Map.entry("reassign:cancel", List.of("moving")),
      Map.entry("leader:elect", List.of("partition")), Map.entry("storage:move", List.of("topic", "engine")), Map.entry("storage:status", List.of("topic")),
      Map.entry("acl:list", List.of("resource type", "topic")),
      Map.entry("acl:add", List.of("principal", "operation", "resource type", "topic")),
      Map.entry("acl:remove", List.of("principal", "operation", "resource type", "topic")),
      Map.entry("assignor:simulate", List.of("group", "assignor")),
      Map.entry("config:explain", List.of("setting", "topic")), Map.entry("margay:help", List.of("command")));

  /** What an option takes, by command and name of the option. A list is separated by commas. */
  private static final Map<String, Map<String, String>> OPTIONS = Map.of(
      "topic:create", Map.of("--config", "assignment of topic", "-c", "assignment of topic"),
      "topic:alter", Map.of("--config", "assignment of topic", "-c", "assignment of topic", "--delete-config", "setting of topic", "-d",
          "setting of topic"),
      "partition:list", Map.of("--broker", "broker", "-b", "broker"),
      "acl:list", Map.of("--principal", "principal", "-p", "principal"),
      "reassign:plan", Map.of("--brokers", "broker", "-b", "broker", "--remove", "broker", "--placement", "placement"));
  /** The kinds of resources that have settings. */
  static final List<String> TYPES = List.of("topic", "broker", "group");
  private static final String LIST = ",";
  private static final int JARS_MAX = 1_000;
  private final Map<String, CommandFunction> commands;
  private final Map<String, Supplier<Collection<String>>> names;
  private final Supplier<List<Platform.OtherCommand>> others;
  private final Dispatch dispatch;

  /**
   * @param commands by scope and name
   * @param others commands of other bundles
   * @param dispatch knows who may see names of files
   * @param names what there is now, by kind: topic, partition, broker, group, type, setting, command and the like
   */
  Completions(Map<String, CommandFunction> commands, Supplier<List<Platform.OtherCommand>> others, Dispatch dispatch,
      Map<String, Supplier<Collection<String>>> names) {
    this.commands = commands;
    this.others = others;
    this.dispatch = dispatch;
    this.names = names;
  }

  @Override
  public void beforeExecute(CommandSession session, CharSequence command) {
    // called for each script that a session runs, also for the ones of this method
    if (session.get(COMPLETIONS) instanceof Map && session.get(DONE) == null) {
      session.put(DONE, true);
      try {
        for (Map.Entry<String, CommandFunction> entry : commands.entrySet()) {
          register(session, entry.getKey(), entry.getValue());
        }
        for (Platform.OtherCommand other : others.get()) {
          register(session, other);
        }
      } catch (Exception e) {
        // it is a comfort: the console works without
        LOG.warn("Cannot teach the console to complete arguments", e);
      }
    }
  }

  private static void register(CommandSession session, String id, CommandFunction function) throws Exception {
    String complete = "complete -c " + id;
    execute(session, complete + " -d ", function.summary());
    for (OptionSpec option : function.options()) {
      StringBuilder script = new StringBuilder(complete);
      for (String name : option.names()) {
        script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
      }
      execute(session, script + " --description ", String.join(" ", option.description()));
    }
    if (ARGUMENTS.containsKey(id)) {
      session.execute(complete + " -a '" + MargayCommands.SCOPE + ":" + FUNCTION + " " + id + " ($.commandLine wordIndex) ($.commandLine words)'");
    }
  }

  private static void register(CommandSession session, Platform.OtherCommand other) throws Exception {
    String complete = "complete -c " + other.id();
    execute(session, complete + " -d ", other.summary());
    for (String option : other.options()) {
      session.execute(complete + " -l " + option.replaceFirst("^--", ""));
    }
    if (other.takesFiles()) {
      session.execute(complete + " -a '__files'");
    }
  }

  /** Runs a script with a text behind it; as a variable, because there is no quoting that holds for all texts. */
  private static void execute(CommandSession session, String script, String text) throws Exception {
    session.put(TEXT, text);
    session.execute(script + "$" + TEXT);
  }

  @Override
  public void afterExecute(CommandSession session, CharSequence command, Exception exception) {
    // only the start of a session matters
  }

  @Override
  public void afterExecute(CommandSession session, CharSequence command, Object result) {
    // only the start of a session matters
  }

  /**
   * Returns what may stand at a place of a command: arguments are its id, the place and, where the console tells them, the words of
   * the line. The first place is 1; 0 is its options.
   */
  @Override
  public Object execute(CommandSession session, List<Object> arguments) {
    String id = String.valueOf(arguments.get(0));
    int place = arguments.size() < 2 ? 1 : Integer.parseInt(String.valueOf(arguments.get(1)));
    if (place == 0 && commands.containsKey(id)) {
      return commands.get(id).options().stream().flatMap(option -> Arrays.stream(option.names())).sorted().toList();
    }
    List<String> words = arguments.size() > 2 && arguments.get(2) instanceof Collection<?> given
        ? given.stream().map(String::valueOf).toList() : List.of();
    Platform.OtherCommand other = others.get().stream().filter(o -> o.id().equals(id)).findFirst().orElse(null);
    if (other != null) {
      String word = place < words.size() ? words.get(place) : "";
      return place == 0 ? other.options() : other.takesFiles() && dispatch.may(session, Role.ADMIN) ? jars(word) : List.of();
    }
    String before = place < 1 || place > words.size() ? "" : words.get(place - 1);
    String ofOption = OPTIONS.getOrDefault(id, Map.of()).get(before);
    try {
      if (ofOption != null) {
        return withOthers(place < words.size() ? words.get(place) : "", names.get(ofOption).get());
      }
      String kind = kind(ARGUMENTS.getOrDefault(id, List.of()), place, words);
      return kind == null ? List.of() : List.copyOf(new TreeSet<>(names.get(kind).get()));
    } catch (ShellException e) {
      LOG.debug("Nothing to complete command={} error={}", arguments.get(0), e.getMessage());
      return List.of();
    }
  }

  /** Directories and jars of this machine that begin as the word does. */
  private static List<String> jars(String word) {
    String parent = word.substring(0, word.lastIndexOf('/') + 1);
    File[] found = new File(parent.isEmpty() ? "." : parent).listFiles(file -> !file.isHidden()
        && file.getName().startsWith(word.substring(parent.length())) && (file.isDirectory() || file.getName().endsWith(".jar")));
    return found == null ? List.of() : Arrays.stream(found).map(file -> parent + file.getName() + (file.isDirectory() ? "/" : "")).sorted()
        .limit(JARS_MAX).toList();
  }

  private static String kind(List<String> kinds, int place, List<String> words) {
    if (kinds.isEmpty() || place < 1) {
      return null;
    }
    String kind = kinds.get(Math.min(place, kinds.size()) - 1);
    String type = place > 1 && words.size() > 1 && kinds.get(0).equals("type") ? words.get(1) : "";
    if (!TYPES.contains(type)) {
      return kind;
    }
    // behind a type stands a name of that type, and then its settings
    return place == 2 ? type : kind + " of " + type;
  }

  /** The next element of a list that has begun, with what stands before it. */
  private static List<String> withOthers(String word, Collection<String> candidates) {
    String begun = word.substring(0, word.lastIndexOf(LIST) + 1);
    List<String> there = List.of(begun.split(LIST));
    return candidates.stream().filter(c -> !there.contains(c)).sorted().map(c -> begun + c).toList();
  }
}
