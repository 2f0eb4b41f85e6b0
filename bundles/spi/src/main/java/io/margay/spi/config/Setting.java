package io.margay.spi.config;

import java.util.List;
import java.util.Objects;

/**
 * The definition of one setting. Immutable.
 *
 * @param name its name
 * @param type its type, which says how text becomes a value
 * @param defaultValue value when nobody sets it; null when there is none
 * @param check what a value must fulfil beyond its type, not null
 * @param scope what it belongs to
 * @param update when a change takes effect
 * @param effective false for a setting of Kafka's that is accepted, so that existing configurations work, and does nothing here
 * @param synonyms names of the server's settings that give its default, the first one that is set counts; for a server
 *     setting, other spellings of it in a finer unit first (log.retention.ms, log.retention.minutes, log.retention.hours)
 * @param documentation a few sentences in our own words, with the unit
 * @param <T> the type of its values
 */
public record Setting<T>(String name, SettingType<T> type, T defaultValue, Check<? super T> check, Scope scope, Update update,
    boolean effective, List<String> synonyms, String documentation) {
  /** What a setting belongs to. */
  public enum Scope {
    /** A broker. */
    BROKER,
    /** A topic. */
    TOPIC,
    /** A group. */
    GROUP
  }

  /** When a change takes effect. */
  public enum Update {
    /** It is part of the node's identity, or of how it was started: at the next start. */
    AT_START,
    /** At once, and each broker may have its own value. */
    PER_BROKER,
    /** At once, one value for the cluster or one for each broker. */
    CLUSTER_WIDE
  }

  /**
   * What a value must fulfil.
   *
   * @param <T> the type of the value
   */
  @FunctionalInterface
  public interface Check<T> {
    /**
     * @param value the value, not null
     * @return null when it is fine; else what was expected, such as "a number from 1 to 65535"
     */
    String expected(T value);

    /** @return what fulfils it, in the words of {@link #expected}; null when only the type says what is expected */
    default String allowed() {
      return null;
    }

    /** @return the texts that a value, or each element of a list, must be one of; empty when there is no such choice */
    default List<String> options() {
      return List.of();
    }
  }

  public Setting {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(check, "check");
    synonyms = List.copyOf(synonyms);
  }

  /**
   * Turns text into a checked value.
   *
   * @param text the text, not null; white space around it is ignored
   * @return the value
   * @throws InvalidSettingException when the text is no such value; the message names the setting, the text (unless it is
   *     secret) and what was expected
   */
  public T parse(String text) {
    T value;
    try {
      value = type.parse(text.trim());
    } catch (IllegalArgumentException e) {
      throw invalid(text, type.expected());
    }
    String expected = check.expected(value);
    if (expected != null) {
      throw invalid(text, expected);
    }
    return value;
  }

  /** @return what a value of it looks like, for people, such as "a number of at least 1" */
  public String expected() {
    String allowed = check.allowed();
    return allowed == null ? type.expected() : allowed;
  }

  /** @return whether its values are never shown */
  public boolean secret() {
    return type == SettingType.PASSWORD;
  }

  private InvalidSettingException invalid(String text, String expected) {
    return new InvalidSettingException(name, "Invalid value " + (secret() ? "(hidden)" : text) + " for configuration " + name
        + ": expected " + expected);
  }

  /** @return the name */
  @Override
  public String toString() {
    return name;
  }
}
