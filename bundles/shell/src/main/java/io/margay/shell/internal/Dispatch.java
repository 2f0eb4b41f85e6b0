package io.margay.shell.internal;

import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.client.LocalClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.felix.service.command.CommandSession;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** What every command passes: the check of its role, and the record of those that may change something. Safe for all threads. */
final class Dispatch {
  /** What arguments name. The values of all others stay out of what is recorded: they may be secrets, or records. */
  private static final Set<String> NAMES = Set.of("TOPIC", "TOPIC[:P]", "TOPICS", "GROUP", "LINK", "PARTITION", "ENGINE", "PRINCIPAL", "OPERATIONS", "TYPE",
      "BUNDLE", "ID", "NAME", "POSITION", "OFFSET", "N", "MODE");
  private static final Set<String> PAIRS = Set.of("SETTING=VALUE", "FIELD=VALUE", "NAME=VALUE");

  private final ShellUsers users;
  private final AuditQueue audit;

  Dispatch(ShellUsers users, AuditQueue audit) {
    this.users = users;
    this.audit = audit;
  }

  LocalClient.Caller caller(CommandSession session) {
    return users.caller(session);
  }

  /** Whether a session may do what needs this role. */
  boolean may(CommandSession session, Role needed) {
    Role role = users.role(session);
    return role != null && role.includes(needed);
  }

  /**
   * @param command what is asked for
   * @param instead added to the message; may be empty
   * @throws ShellException when the session's role is too small
   */
  void check(CommandSession session, String command, Role needed, String instead) {
    if (may(session, needed)) {
      return;
    }
    Role role = users.role(session);
    audit.addRepeated(event(AuditEvent.Kind.DENIED, session, command, "role", Map.of("needs", needed.word(), "role", role == null ? "none" : role.word())));
    throw new ShellException(command + " needs the role " + needed.word() + ", and this session has " + (role == null ? "none" : role.word()) + instead);
  }

  /** A command has ended. @param outcome ok, failed or interrupted */
  void ended(CommandSession session, String command, Role needed, ParseResult parsed, String outcome) {
    if (needed != Role.VIEW) {
      Map<String, String> details = new LinkedHashMap<>();
      details.put("arguments", String.join(" ", arguments(parsed)));
      audit.add(event(AuditEvent.Kind.COMMAND, session, command, outcome, details));
    }
  }

  private AuditEvent event(AuditEvent.Kind kind, CommandSession session, String command, String outcome, Map<String, String> details) {
    LocalClient.Caller who = users.caller(session);
    return AuditEvent.of(audit.nowMs(), kind, command, new AuditEvent.Actor(who.principal().toString(), "", who.clientId(), ""),
        AuditEvent.Resource.NONE, outcome, 1, details);
  }

  /** What was typed, with values only where they are names. */
  static List<String> arguments(ParseResult parsed) {
    List<String> words = new ArrayList<>();
    for (ArgSpec arg : parsed.matchedArgs()) {
      String prefix = arg instanceof OptionSpec option ? option.longestName() : "";
      if (!prefix.isEmpty()) {
        words.add(prefix);
      }
      if (arg.arity().max() == 0) {
        continue;
      }
      for (String value : arg.originalStringValues()) {
        String label = arg.paramLabel();
        words.add(NAMES.contains(label) ? value : PAIRS.contains(label) && value.indexOf('=') > 0 ? value.substring(0, value.indexOf('=')) + "=..." : "...");
      }
    }
    return words;
  }
}
