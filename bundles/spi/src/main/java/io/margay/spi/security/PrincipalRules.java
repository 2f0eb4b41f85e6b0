package io.margay.spi.security;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How the name that a client has proved becomes a user's name: {@code DEFAULT} or {@code RULE:pattern/replacement/[LU]}, separated by commas,
 * as in {@code ssl.principal.mapping.rules}. The first rule that matches is used. Immutable.
 */
public final class PrincipalRules {
  /** Each name is the user's. */
  public static final PrincipalRules DEFAULT = new PrincipalRules(List.of());

  private static final Pattern RULES = Pattern.compile("\\s*(?:(DEFAULT)|RULE:((?:\\\\.|[^\\\\/])*)/((?:\\\\.|[^\\\\/])*)/([LU]?))\\s*(?:,|$)");

  private record Rule(Pattern pattern, String replacement, String letters) {
    /** The name, or null when it does not match. */
    String apply(String name) {
      if (pattern == null) {
        return name;
      }
      Matcher m = pattern.matcher(name);
      if (!m.matches()) {
        return null;
      }
      String mapped = m.replaceAll(replacement);
      return letters.equals("L") ? mapped.toLowerCase(Locale.ENGLISH) : letters.equals("U") ? mapped.toUpperCase(Locale.ENGLISH) : mapped;
    }
  }

  private final List<Rule> rules;

  private PrincipalRules(List<Rule> rules) {
    this.rules = rules;
  }

  /**
   * @param setting the setting's name, for messages
   * @param text its value; empty for {@link #DEFAULT}
   * @return the rules
   * @throws IllegalArgumentException when it is not a list of rules; the message says why
   */
  public static PrincipalRules parse(String setting, String text) {
    List<Rule> rules = new ArrayList<>();
    Matcher m = RULES.matcher(text);
    int end = 0;
    while (end < text.length() && m.find(end) && m.start() == end) {
      try {
        rules.add(m.group(1) != null ? new Rule(null, null, null)
            : new Rule(Pattern.compile(m.group(2)), m.group(3).replaceAll("\\\\(.)", "$1"), m.group(4)));
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(setting + ": " + e.getDescription() + " in " + m.group(2), e);
      }
      end = m.end();
    }
    if (end < text.length()) {
      throw new IllegalArgumentException(setting + ": RULE:pattern/replacement/ or DEFAULT expected at " + text.substring(end));
    }
    return new PrincipalRules(List.copyOf(rules));
  }

  /**
   * @param name what the client has proved, such as the distinguished name in its certificate (RFC 2253)
   * @return the user's name; null when no rule matches
   */
  public String name(String name) {
    if (rules.isEmpty()) {
      return name;
    }
    for (Rule rule : rules) {
      String mapped = rule.apply(name);
      if (mapped != null) {
        return mapped;
      }
    }
    return null;
  }
}
