package io.margay.spi.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks of values that take more than a range. Each gives null for a good value, else what was expected. */
final class SettingChecks {
  private static final Pattern REPLICA = Pattern.compile("\\d+:\\d+");
  private static final Pattern HOST_COUNTS = Pattern.compile("\\s*[^,\\s]+:\\d{1,9}\\s*(,\\s*[^,\\s]+:\\d{1,9}\\s*)*");
  private static final Pattern HTTP_LISTENER = Pattern.compile("(?i:http)://(\\[[0-9A-Fa-f:.%\\w]+\\]|[^\\[\\]/:]*):(\\d{1,5})");
  private static final Pattern WORD = Pattern.compile("[a-z0-9][a-z0-9._-]*");
  private static final Pattern CLUSTER_ID = Pattern.compile("[A-Za-z0-9._-]{1,255}");

  private SettingChecks() { }

  static String gzipLevel(Integer level) {
    return level == -1 || level >= 1 && level <= 9 ? null : "a number from 1 to 9, or -1";
  }

  static String throttledReplicas(List<String> replicas) {
    return replicas.equals(List.of("*")) || replicas.stream().allMatch(r -> REPLICA.matcher(r).matches()) ? null
        : "a list of partition:broker, or *";
  }

  static String hostCounts(String list) {
    return list.isBlank() || HOST_COUNTS.matcher(list).matches() ? null : "a list of host:count";
  }

  static String word(String name) {
    return WORD.matcher(name).matches() ? null : "a name of a-z, 0-9, dot, dash and underscore";
  }

  static String clusterId(String id) {
    return CLUSTER_ID.matcher(id).matches() ? null : "1 to 255 letters, digits, dots, dashes and underscores";
  }

  static String strategy(String choice) {
    int colon = choice.indexOf(':');
    return WORD.matcher(colon < 0 ? choice : choice.substring(0, colon)).matches() ? null
        : "NAME or NAME:OPTIONS, with a name of a-z, 0-9, dot, dash and underscore";
  }

  static String httpListeners(List<String> listeners) {
    for (String listener : listeners) {
      if (listener.regionMatches(true, 0, "https:", 0, 6)) {
        return "HTTP://host:port; HTTPS is not served, and nothing is opened less protected than asked for";
      }
      Matcher m = HTTP_LISTENER.matcher(listener);
      if (!m.matches() || Integer.parseInt(m.group(2)) < 1 || Integer.parseInt(m.group(2)) > 65_535) {
        return "a list of HTTP://host:port, such as HTTP://127.0.0.1:8082, with ports from 1 to 65535";
      }
    }
    return null;
  }

  static String notEmpty(List<String> list) {
    return list.isEmpty() ? "at least one value" : null;
  }

  static String shareOffsetReset(String value) {
    if (value.equals("latest") || value.equals("earliest")) {
      return null;
    }
    if (value.startsWith("by_duration:")) {
      try {
        if (!Duration.parse(value.substring("by_duration:".length())).isNegative()) {
          return null;
        }
      } catch (DateTimeParseException e) {
        return "by_duration: with a duration in ISO form, such as by_duration:PT1H";
      }
    }
    return "latest, earliest or by_duration:PnDTnHnMnS";
  }
}
