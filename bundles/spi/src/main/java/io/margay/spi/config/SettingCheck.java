package io.margay.spi.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a value must satisfy beyond its type. It is data, not code, so that a definition can outlive the bundle that it came from
 * without keeping the bundle's classes in memory. Immutable.
 *
 * @param allowed describes the allowed values for messages, such as "a number from 1 to 9"; null when every value is allowed
 * @param min the smallest number, or null
 * @param maxInclusive the largest number, or null
 * @param options the texts that a value, or each element of a list, must be one of; empty when any text is allowed
 * @param pattern a regular expression that the whole text of the value must match, or null
 */
public record SettingCheck(String allowed, Long min, Long maxInclusive, List<String> options, String pattern) {
  /** Allows every value of the type. */
  public static final SettingCheck ANY = new SettingCheck(null, null, null, List.of(), null);

  /** Makes the list immutable. */
  public SettingCheck {
    options = List.copyOf(options);
  }

  /**
   * @param value a value, not null
   * @param text the value as its type writes it
   * @return whether it is valid
   */
  boolean accepts(Object value, String text) {
    if (value instanceof Number number && (min != null || maxInclusive != null)) {
      return inRange(number);
    }
    if (!options.isEmpty()) {
      return value instanceof List<?> list ? options.containsAll(list) : options.contains(text);
    }
    return pattern == null || Pattern.matches(pattern, text);
  }

  private boolean inRange(Number number) {
    if (number instanceof Double d) {
      // NaN is in no range
      return !d.isNaN() && (min == null || d >= min) && (maxInclusive == null || d <= maxInclusive);
    }
    long n = number.longValue();
    return (min == null || n >= min) && (maxInclusive == null || n <= maxInclusive);
  }
}
