package io.margay.security.internal.kerberos;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How a name in Kerberos, {@code first[/second]@REALM}, becomes a user's name, in the form of {@code auth_to_local}. Immutable.
 *
 * <pre>
 *   DEFAULT                                     the first part, when the realm is the default one
 *   RULE:[n:format](pattern)s/from/to/g/L       for names of n parts: format with $0 for the realm, $1 and $2 for the parts; it counts when it
 *                                               matches the pattern; then from is replaced by to, once or with g everywhere; L and U change case
 * </pre>
 */
final class KerberosRules {
  private static final Pattern NAME = Pattern.compile("([^/@]*)(?:/([^/@]*))?@([^/@]*)");
  private static final Pattern RULE = Pattern.compile(
      "(DEFAULT)|RULE:\\[(\\d+):([^\\]]*)](?:\\(([^)]*)\\))?(?:s/([^/]*)/([^/]*)/(g)?)?/?([LU])?");
  private static final Pattern PART = Pattern.compile("\\$(\\d)");
  private static final Pattern NOT_SIMPLE = Pattern.compile("[/@]");

  private record Rule(int parts, String format, Pattern pattern, Pattern from, String to, boolean everywhere, String letters) {
    /** The result, or null when the rule is for other names. */
    String apply(String[] name) {
      if (name.length - 1 != parts) {
        return null;
      }
      String base = PART.matcher(format).replaceAll(m -> {
        int part = Integer.parseInt(m.group(1));
        return Matcher.quoteReplacement(part < name.length ? name[part] : "");
      });
      if (pattern != null && !pattern.matcher(base).matches()) {
        return null;
      }
      String result = from == null ? base : everywhere ? from.matcher(base).replaceAll(to) : from.matcher(base).replaceFirst(to);
      return "L".equals(letters) ? result.toLowerCase(Locale.ENGLISH) : "U".equals(letters) ? result.toUpperCase(Locale.ENGLISH) : result;
    }
  }

  /** Null stands for DEFAULT. */
  private final List<Rule> rules;
  private final Supplier<String> defaultRealm;

  private KerberosRules(List<Rule> rules, Supplier<String> defaultRealm) {
    this.rules = rules;
    this.defaultRealm = defaultRealm;
  }

  /**
   * @param defaultRealm asked when a rule needs it
   * @throws IllegalArgumentException when a text is no rule; the message says which
   */
  static KerberosRules parse(List<String> texts, Supplier<String> defaultRealm) {
    List<Rule> rules = new ArrayList<>();
    for (String text : texts) {
      Matcher m = RULE.matcher(text.trim());
      if (!m.matches()) {
        throw new IllegalArgumentException("sasl.kerberos.principal.to.local.rules: DEFAULT or RULE:[n:format](pattern)s/from/to/ expected, not "
            + text);
      }
      try {
        rules.add(m.group(1) != null ? null : new Rule(Integer.parseInt(m.group(2)), m.group(3), compiled(m.group(4)), compiled(m.group(5)),
            m.group(6), m.group(7) != null, m.group(8)));
      } catch (PatternSyntaxException | NumberFormatException e) {
        throw new IllegalArgumentException("sasl.kerberos.principal.to.local.rules: " + e.getMessage(), e);
      }
    }
    return new KerberosRules(rules, defaultRealm);
  }

  private static Pattern compiled(String pattern) {
    return pattern == null ? null : Pattern.compile(pattern);
  }

  /** @return the user's name; null when no rule matches, or the result would be no simple name */
  String user(String kerberosName) {
    Matcher m = NAME.matcher(kerberosName);
    if (!m.matches() || m.group(1).isEmpty()) {
      return null;
    }
    String[] name = m.group(2) == null ? new String[] {m.group(3), m.group(1)} : new String[] {m.group(3), m.group(1), m.group(2)};
    for (Rule rule : rules) {
      String user = rule != null ? rule.apply(name) : name[0].equals(defaultRealm.get()) ? name[1] : null;
      if (user != null) {
        return user.isEmpty() || NOT_SIMPLE.matcher(user).find() ? null : user;
      }
    }
    return null;
  }
}
