package io.margay.shell.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.margay.spi.audit.AuditReader;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands of scope audit. They show what this node has recorded in its files. */
@Command(name = "audit")
final class AuditCommands {
  static final String SCOPE = "audit";
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int EVENTS_MAX = 10_000;
  private static final long FOLLOW_MS = 500;

  private final NamedServices<AuditReader> readers;
  private final CommandFunction.Io io;

  AuditCommands(Strategies strategies, CommandFunction.Io io) {
    this.readers = strategies.audit();
    this.io = io;
  }

  @Needs(Role.ADMIN)
  @Command(name = "tail", description = "Show the last changes, failed logins and denied requests that this broker has recorded.")
  void tail(@Option(names = "-n", paramLabel = "N", defaultValue = "20", description = "How many; 20 by default.") int count,
      @Option(names = {"-f", "--follow"}, description = "Go on with new ones, until interrupted.") boolean follow,
      @Option(names = "--json", description = "Print each as it is recorded, a line of JSON.") boolean json) throws InterruptedException {
    String last = print(newest(count, line -> true), json);
    while (follow) {
      TimeUnit.MILLISECONDS.sleep(FOLLOW_MS);
      last = print(since(last), json, last);
    }
  }

  @Needs(Role.ADMIN)
  @Command(name = "search", description = "Find recorded events; those that have all that is asked for, the last ones.")
  void search(@Option(names = "--principal", paramLabel = "PRINCIPAL", description = "Who, such as User:alice.") String principal,
      @Option(names = "--kind", paramLabel = "KIND", description = "change, denied, login, command, deployment or lost.") String kind,
      @Option(names = "--action", paramLabel = "ACTION", description = "What was done, such as CreateTopics.") String action,
      @Option(names = "--name", paramLabel = "NAME", description = "The resource's name.") String name,
      @Option(names = "--since", paramLabel = "TIME", description = "Not before, such as 2026-01-31T12:00.") String since,
      @Option(names = "--until", paramLabel = "TIME", description = "Before.") String until,
      @Option(names = "--text", paramLabel = "TEXT", description = "Somewhere in it.") String text,
      @Option(names = "-n", paramLabel = "N", defaultValue = "100", description = "How many at most; 100 by default.") int count,
      @Option(names = "--json", description = "Print each as it is recorded, a line of JSON.") boolean json) {
    print(newest(count, line -> {
      Map<String, String> e = fields(line);
      return is(e, "principal", principal) && is(e, "kind", kind) && is(e, "action", action) && is(e, "name", name)
          && (since == null || e.getOrDefault("time", "").compareTo(since) >= 0) && (until == null || e.getOrDefault("time", "").compareTo(until) < 0)
          && (text == null || line.contains(text));
    }), json);
  }

  private static boolean is(Map<String, String> event, String field, String wanted) {
    return wanted == null || wanted.equals(event.get(field));
  }

  /** The last ones, in the order in which they were recorded. */
  private List<String> newest(int count, Predicate<String> which) {
    if (count < 1 || count > EVENTS_MAX) {
      throw new ShellException("-n: expected 1 to " + EVENTS_MAX);
    }
    Deque<String> found = new ArrayDeque<>();
    read(line -> {
      if (which.test(line)) {
        found.addFirst(line);
      }
      return found.size() < count;
    });
    return new ArrayList<>(found);
  }

  private List<String> since(String last) {
    Deque<String> found = new ArrayDeque<>();
    read(line -> {
      if (line.equals(last)) {
        return false;
      }
      found.addFirst(line);
      return found.size() < EVENTS_MAX;
    });
    return new ArrayList<>(found);
  }

  private void read(Predicate<String> line) {
    try (ServiceHolder.Lease<AuditReader> lease = readers.lease(Strategies.AUDIT)) {
      if (lease == null) {
        throw new ShellException("the bundle audit is not active; start it, or try again when its update is done");
      }
      lease.service().newestFirst(line);
    } catch (IOException e) {
      throw new ShellException("the recorded events cannot be read: " + e.getMessage());
    }
  }

  private String print(List<String> lines, boolean json) {
    return print(lines, json, null);
  }

  /** @return the last line, or {@code before} when there is none */
  private String print(List<String> lines, boolean json, String before) {
    if (json) {
      lines.forEach(io.out()::println);
    } else if (!lines.isEmpty() || before == null) {
      Table table = new Table("time", "kind", "principal", "host", "action", "resource", "outcome", "count", "details");
      for (String line : lines) {
        Map<String, String> e = fields(line);
        String type = e.getOrDefault("type", "");
        table.row(e.get("time"), e.get("kind"), e.get("principal"), e.get("host"), e.get("action"),
            (type + " " + e.getOrDefault("name", "")).trim(), e.get("outcome"), e.get("count"), e.get("details"));
      }
      io.out().print(before == null ? table.toText() : table.toText().lines().skip(1).reduce("", (a, b) -> a + b + "\n"));
    }
    io.out().flush();
    return lines.isEmpty() ? before : lines.get(lines.size() - 1);
  }

  /** The fields as texts; details as {@code name=value}. */
  private static Map<String, String> fields(String line) {
    Map<String, String> fields = new LinkedHashMap<>();
    StringBuilder details = new StringBuilder();
    int depth = 0;
    try (JsonParser in = FACTORY.createParser(line)) {
      for (JsonToken t = in.nextToken(); t != null; t = in.nextToken()) {
        depth += t == JsonToken.START_OBJECT ? 1 : t == JsonToken.END_OBJECT ? -1 : 0;
        if (t.isScalarValue() && depth == 1) {
          fields.put(in.currentName(), in.getText());
        } else if (t.isScalarValue()) {
          details.append(details.isEmpty() ? "" : " ").append(in.currentName()).append('=').append(in.getText());
        }
      }
    } catch (IOException e) {
      details.append(line);
    }
    fields.put("details", details.toString());
    return fields;
  }
}
