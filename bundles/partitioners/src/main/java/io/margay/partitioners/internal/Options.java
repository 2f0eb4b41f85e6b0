package io.margay.partitioners.internal;

import java.util.LinkedHashMap;
import java.util.Map;

/** Options of a strategy: {@code NAME=VALUE,NAME=VALUE}. What is wrong is refused with what was expected. */
final class Options {
  private final String strategy;
  private final String expected;
  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * @param strategy the strategy's name, for messages
   * @param expected what its options look like, for messages
   * @param text the options, may be empty
   */
  Options(String strategy, String expected, String text) {
    this.strategy = strategy;
    this.expected = expected;
    if (text.isBlank()) {
      return;
    }
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? part.strip() : part.substring(0, equals).strip();
      if (equals < 0 || name.isEmpty()) {
        throw bad("\"" + part.strip() + "\" is not NAME=VALUE");
      }
      if (values.put(name, part.substring(equals + 1).strip()) != null) {
        throw bad("\"" + name + "\" is there twice");
      }
    }
  }

  Map<String, String> values() {
    return values;
  }

  /** Takes an option out; null when it is not there. */
  String take(String name) {
    return values.remove(name);
  }

  /** Takes a number out. */
  int take(String name, int otherwise, int min) {
    String text = take(name);
    return text == null ? otherwise : number(name, text, min);
  }

  int number(String name, String text, int min) {
    try {
      int number = Integer.parseInt(text);
      if (number >= min) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw bad("\"" + text + "\" of " + name + " is not a whole number");
    }
    throw bad(text + " of " + name + " is less than " + min);
  }

  /** Refuses options that were not taken. */
  void end() {
    if (!values.isEmpty()) {
      throw bad("there is no option \"" + values.keySet().iterator().next() + "\"");
    }
  }

  IllegalArgumentException bad(String what) {
    return new IllegalArgumentException("options of partitioner " + strategy + ": " + what + "; expected " + expected);
  }
}
