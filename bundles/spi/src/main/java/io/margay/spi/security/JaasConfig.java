package io.margay.spi.security;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The value of {@code sasl.jaas.config}: {@code class flag name="value" ... ;}. The class is not loaded: the mechanism that the setting belongs
 * to says what is done. Values are secrets, and appear in no text that this class makes. Immutable.
 */
public final class JaasConfig {
  private static final String USER = "user_";
  private static final String FORM = "sasl.jaas.config: expected class required name=\"value\" ... ;";

  private final String text;
  private int at;
  private final Map<String, String> options = new LinkedHashMap<>();

  private JaasConfig(String text) {
    this.text = text;
  }

  /**
   * @param text the value of the setting
   * @return what it says
   * @throws IllegalArgumentException when it has another form; the message says at which character, and shows none of it
   */
  public static JaasConfig parse(String text) {
    JaasConfig config = new JaasConfig(text);
    config.read();
    return config;
  }

  private void read() {
    word();
    word();
    for (skipSpace(); at < text.length() && text.charAt(at) != ';'; skipSpace()) {
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        throw malformed();
      }
      String name = text.substring(at, equals).trim();
      at = equals + 1;
      skipSpace();
      options.put(unquoted(name), value());
    }
    if (at >= text.length()) {
      throw malformed();
    }
  }

  private static String unquoted(String name) {
    return name.length() >= 2 && name.startsWith("\"") && name.endsWith("\"") ? name.substring(1, name.length() - 1) : name;
  }

  private void word() {
    skipSpace();
    int from = at;
    while (at < text.length() && !Character.isWhitespace(text.charAt(at)) && text.charAt(at) != ';' && text.charAt(at) != '=') {
      at++;
    }
    if (at == from) {
      throw malformed();
    }
  }

  private String value() {
    StringBuilder value = new StringBuilder();
    if (at < text.length() && text.charAt(at) == '"') {
      for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at));
      }
      if (at++ >= text.length()) {
        throw malformed();
      }
      return value.toString();
    }
    for (; at < text.length() && !Character.isWhitespace(text.charAt(at)) && text.charAt(at) != ';'; at++) {
      value.append(text.charAt(at));
    }
    return value.toString();
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private IllegalArgumentException malformed() {
    return new IllegalArgumentException(FORM + ", and that ends at character " + at);
  }

  /** @return the name to log in with; null when there is none */
  public String username() {
    return options.get("username");
  }

  /** @return the password to log in with; null when there is none */
  public String password() {
    return options.get("password");
  }

  /**
   * @param name an option's name
   * @return its value, or null when it is not there
   */
  public String option(String name) {
    return options.get(name);
  }

  /** @return the passwords of users, by name */
  public Map<String, String> users() {
    Map<String, String> users = new LinkedHashMap<>();
    options.forEach((name, value) -> {
      if (name.startsWith(USER)) {
        users.put(name.substring(USER.length()), value);
      }
    });
    return Collections.unmodifiableMap(users);
  }
}
