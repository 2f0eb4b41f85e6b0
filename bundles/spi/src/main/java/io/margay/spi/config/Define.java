package io.margay.spi.config;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Builds definitions for the catalogues, and collects them. Few kinds of checks, so that a catalogue loads quickly. */
final class Define<T> {
  /** A check that says beforehand what fulfils it. */
  private record Allowed(Predicate<Object> test, String allowed, List<String> options) implements Setting.Check<Object> {
    @Override
    public String expected(Object value) {
      return test.test(value) ? null : allowed;
    }
  }

  private final SettingType<T> type;
  private final String name;
  private final T defaultValue;
  private final Setting.Scope scope;
  private Setting.Check<? super T> check = v -> null;
  private Setting.Update update;
  private boolean effective = true;
  private List<String> synonyms = List.of();

  private Define(Setting.Scope scope, Setting.Update update, SettingType<T> type, String name, T defaultValue) {
    this.scope = scope;
    this.update = update;
    this.type = type;
    this.name = name;
    this.defaultValue = defaultValue;
  }

  static <T> Define<T> broker(SettingType<T> type, String name, T defaultValue) {
    return new Define<>(Setting.Scope.BROKER, Setting.Update.AT_START, type, name, defaultValue);
  }

  static <T> Define<T> topic(SettingType<T> type, String name, T defaultValue) {
    return new Define<>(Setting.Scope.TOPIC, Setting.Update.CLUSTER_WIDE, type, name, defaultValue);
  }

  static <T> Define<T> group(SettingType<T> type, String name, T defaultValue) {
    return new Define<>(Setting.Scope.GROUP, Setting.Update.CLUSTER_WIDE, type, name, defaultValue);
  }

  /** A number of at least {@code min}. */
  Define<T> from(long min) {
    return check(new Allowed(v -> !less(v, min), "a number of at least " + min, List.of()));
  }

  /** A number from {@code min} to {@code maxInclusive}. */
  Define<T> range(long min, long maxInclusive) {
    return check(new Allowed(v -> !less(v, min) && !more(v, maxInclusive), "a number from " + min + " to " + maxInclusive,
        List.of()));
  }

  /** One of some texts, or a list of nothing but them, each once. */
  Define<T> in(String... values) {
    List<String> options = List.of(values);
    String words = type == SettingType.LIST ? "a list of " + words(options) : words(options);
    return check(new Allowed(v -> v instanceof List<?> list
        ? options.containsAll(list) && list.stream().distinct().count() == list.size() : options.contains(v), words, options));
  }

  Define<T> check(Setting.Check<? super T> newCheck) {
    check = newCheck;
    return this;
  }

  /** A change takes effect at once, for all brokers or one. */
  Define<T> live() {
    update = Setting.Update.CLUSTER_WIDE;
    return this;
  }

  /** A change takes effect at once, for one broker. */
  Define<T> perBroker() {
    update = Setting.Update.PER_BROKER;
    return this;
  }

  /** It is accepted and does nothing. */
  Define<T> inert() {
    effective = false;
    return this;
  }

  Define<T> synonyms(String... names) {
    synonyms = List.of(names);
    return this;
  }

  Setting<T> doc(String documentation) {
    return new Setting<>(name, type, defaultValue, check, scope, update, effective, synonyms, documentation);
  }

  /** The constants of a class and of the interfaces that it inherits from, by name. */
  static List<Setting<?>> constantsOf(Class<?> catalogue) {
    List<Setting<?>> found = new ArrayList<>();
    for (Field f : catalogue.getFields()) {
      if (f.getType() == Setting.class) {
        try {
          found.add((Setting<?>) f.get(null));
        } catch (IllegalAccessException e) {
          throw new IllegalStateException("a catalogue's constant cannot be read: " + f, e);
        }
      }
    }
    found.sort(Comparator.comparing(Setting::name));
    return List.copyOf(found);
  }

  private static String words(List<String> allowed) {
    return allowed.size() == 1 ? allowed.get(0)
        : String.join(", ", allowed.subList(0, allowed.size() - 1)) + " or " + allowed.get(allowed.size() - 1);
  }

  private static boolean less(Object v, long min) {
    return v instanceof Double d ? !(d >= min) : ((Number) v).longValue() < min;
  }

  private static boolean more(Object v, long max) {
    return v instanceof Double d ? !(d <= max) : ((Number) v).longValue() > max;
  }
}
