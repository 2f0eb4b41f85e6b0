package io.margay.console.internal;

import java.util.ArrayList;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * What may be typed at a socket for a role: one command of this project, with words as arguments. Gogo is a language that reaches every object of the process,
 * so nothing of what is typed is syntax: each word is quoted before Gogo gets it. Commands say in the property {@code margay.role} of their service which
 * role they need; one that does not say it needs admin. Stateless.
 */
final class RoleGuard {
  /** Everything may be typed. */
  static final RoleGuard ADMIN = new RoleGuard(null, "admin");

  /** From the least to the most. */
  private static final List<String> ROLES = List.of("view", "operate", "admin");
  private static final String SCOPE = "margay:";

  private final BundleContext context;
  private final String role;

  /** @param role view or operate */
  RoleGuard(BundleContext context, String role) {
    this.context = context;
    this.role = role;
  }

  String role() {
    return role;
  }

  /** Whether only single commands may be typed. */
  boolean restricts() {
    return context != null;
  }

  /** A line that cannot be run here; the message is for the user. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message, null, false, false);
    }

    @Override
    public String toString() {
      return getMessage();
    }
  }

  /** Tells the commands, which check it themselves as well. */
  void prepare(CommandSession session) {
    if (restricts()) {
      session.put("margay.role", role);
    }
  }

  /** @return the line to give to Gogo */
  String line(String typed) throws RefusedException {
    if (!restricts()) {
      return typed;
    }
    List<String> words = words(typed);
    if (words.isEmpty()) {
      return "";
    }
    if (words.stream().anyMatch(word -> word.chars().anyMatch(c -> c < ' ' && c != '\t'))) {
      throw new RefusedException("an argument has a control character");
    }
    String name = words.get(0);
    String needed = needed(name);
    if (needed == null) {
      throw new RefusedException("there is no command " + name + " that the role " + role + " may run; help lists the commands");
    }
    if (ROLES.indexOf(role) < ROLES.indexOf(needed)) {
      throw new RefusedException(name + " needs the role " + needed + ", and this socket is for the role " + role);
    }
    StringBuilder line = new StringBuilder(name.indexOf(':') < 0 ? SCOPE + name : name);
    words.stream().skip(1).forEach(word -> line.append(' ').append(quote(word)));
    return line.toString();
  }

  /** The role that a command needs; null when there is no such command. */
  private String needed(String name) {
    if (!name.matches("[a-z][a-z-]*(:[a-z][a-z-]*)?")) {
      return null;
    }
    try {
      String id = name.indexOf(':') < 0 ? SCOPE + name : name;
      for (ServiceReference<Function> reference : context.getServiceReferences(Function.class, "(margay.command=" + id + ")")) {
        Object says = reference.getProperty("margay.role");
        return says instanceof String word && ROLES.contains(word) ? word : "admin";
      }
      return null;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The words of a line; quotes and backslashes are as in a shell, and nothing else is syntax. */
  static List<String> words(String typed) throws RefusedException {
    List<String> words = new ArrayList<>();
    StringBuilder word = null;
    char quote = 0;
    for (int i = 0; i < typed.length(); i++) {
      char c = typed.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        if (word != null) {
          words.add(word.toString());
          word = null;
        }
        continue;
      }
      word = word == null ? new StringBuilder() : word;
      if (c == '\\' && quote != '\'' && i + 1 < typed.length()) {
        word.append(typed.charAt(++i));
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      } else {
        word.append(c);
      }
    }
    if (quote != 0) {
      throw new RefusedException("a quote is not closed");
    }
    if (word != null) {
      words.add(word.toString());
    }
    return words;
  }

  /** As Gogo reads it back as one word. An equals sign would assign what the rest of the line returns. */
  private static String quote(String word) {
    return word.isEmpty() ? "\"\"" : word.replaceAll("([\\x00-\\x7f&&[^\\w./:,-]])", "\\\\$1");
  }
}
