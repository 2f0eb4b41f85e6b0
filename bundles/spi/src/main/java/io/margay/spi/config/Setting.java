package io.margay.spi.config;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The definition of one setting. Immutable.
 *
 * @param name its name
 * @param type its type, which says how text becomes a value
 * @param defaultValue the value when it is not set; null when there is none
 * @param check what a value must satisfy beyond its type, not null
 * @param scope what it belongs to
 * @param update when a change takes effect
 * @param effective false for a Kafka setting that is accepted so that existing configurations work, but has no effect here
 * @param synonyms names of the server's settings that give its default; the first one that is set wins. For a server setting, its
 *     variants in other units, the finest first (log.retention.ms, log.retention.minutes, log.retention.hours)
 * @param documentation a few sentences in our own words, with the unit
 * @param <T> the type of its values
 */
public record Setting<T>(String name, SettingType<T> type, T defaultValue, SettingCheck check, Scope scope, Update update,
    boolean effective, List<String> synonyms, String documentation) {
  private static final String FAMILY_END = ".*";

  /** What a setting belongs to. */
  public enum Scope {
    /** A broker. */
    BROKER,
    /** A topic. */
    TOPIC,
    /** A group. */
    GROUP,
    /** A subscription to metrics of clients. */
    CLIENT_METRICS
  }

  /** When a change takes effect. */
  public enum Update {
    /** At the next start: it is part of the node's identity, or of how it was started. */
    AT_START,
    /** At once, and each broker may have its own value. */
    PER_BROKER,
    /** At once, one value for the cluster or one for each broker. */
    CLUSTER_WIDE
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
   * @throws InvalidSettingException when the text is not a valid value; the message names the setting, the text (unless it is
   *     secret) and what was expected
   */
  public T parse(String text) {
    T value;
    try {
      value = type.parse(text.trim());
    } catch (IllegalArgumentException e) {
      throw invalid(text, type.expected());
    }
    if (!check.accepts(value, type.format(value))) {
      throw invalid(text, check.allowed());
    }
    return type == SettingType.LIST && !check.options().isEmpty() ? distinct(value) : value;
  }

  /** Naming a choice twice has no effect. */
  @SuppressWarnings("unchecked") // the values of the type LIST are lists of texts
  private T distinct(T list) {
    return (T) ((List<String>) list).stream().distinct().toList();
  }

  /**
   * Writes a value in its canonical form, which clients get whatever form it was given in: {@code TRUE} becomes {@code true}.
   *
   * @param text the text, not null
   * @return the canonical text; the same text if it is not a value
   */
  public String canonical(String text) {
    try {
      return type.format(parse(text));
    } catch (InvalidSettingException e) {
      return text;
    }
  }

  /** @return describes its values for messages, such as "a number of at least 1" */
  public String expected() {
    String allowed = check.allowed();
    return allowed == null ? type.expected() : allowed;
  }

  /**
   * This setting as it may be given for one listener: {@code listener.name.<listener>.<setting>}, or
   * {@code listener.name.<listener>.<mechanism>.<setting>} for one SASL mechanism of it.
   *
   * @param listener the listener's name, in any case
   * @param mechanism the SASL mechanism's name, in any case, or null
   * @return its definition; where it is not set, the value of the setting without prefix applies
   */
  public Setting<T> ofListener(String listener, String mechanism) {
    String prefix = "listener.name." + listener.toLowerCase(Locale.ROOT) + "."
        + (mechanism == null ? "" : mechanism.toLowerCase(Locale.ROOT) + ".");
    return new Setting<>(prefix + name, type, defaultValue, check, scope, update, effective, List.of(name), documentation);
  }

  /** @return whether it stands for any number of settings: its name ends with {@value #FAMILY_END}, which a name of their own replaces */
  public boolean family() {
    return name.endsWith(FAMILY_END);
  }

  /**
   * A setting of this family.
   *
   * @param full its whole name
   * @return its definition; null when the name is not one of this family
   */
  public Setting<T> member(String full) {
    String prefix = name.substring(0, name.length() - 1);
    boolean mine = family() && full.length() > prefix.length() && full.startsWith(prefix) && !full.equals(name);
    return mine ? new Setting<>(full, type, defaultValue, check, scope, update, effective, List.of(), documentation) : null;
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
