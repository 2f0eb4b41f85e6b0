package io.margay.spi.config;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How text becomes a value.
 *
 * @param <T> the type of the values
 */
public final class SettingType<T> {
  /** true or false, in any case. */
  public static final SettingType<Boolean> BOOLEAN =
      new SettingType<>((byte) 1, "true or false", SettingType::bool, String::valueOf);
  /** Text. */
  public static final SettingType<String> STRING = new SettingType<>((byte) 2, "text", s -> s, s -> s);
  /** A whole number of 32 bits. */
  public static final SettingType<Integer> INT =
      new SettingType<>((byte) 3, "a whole number of 32 bits", Integer::valueOf, String::valueOf);
  /** A whole number of 16 bits. */
  public static final SettingType<Short> SHORT =
      new SettingType<>((byte) 4, "a whole number of 16 bits", Short::valueOf, String::valueOf);
  /** A whole number of 64 bits. */
  public static final SettingType<Long> LONG =
      new SettingType<>((byte) 5, "a whole number of 64 bits", Long::valueOf, String::valueOf);
  /** A number with a fraction. */
  public static final SettingType<Double> DOUBLE = new SettingType<>((byte) 6, "a number", Double::valueOf, String::valueOf);
  /** Texts, separated by commas. */
  public static final SettingType<List<String>> LIST =
      new SettingType<>((byte) 7, "a list separated by commas", SettingType::list,
      l -> l.stream().collect(Collectors.joining(",")));
  /** The name of a Kafka class; it is never loaded. */
  public static final SettingType<String> CLASS = new SettingType<>((byte) 8, "a class name", s -> s, s -> s);
  /** Text that is never shown. */
  public static final SettingType<String> PASSWORD = new SettingType<>((byte) 9, "text", s -> s, s -> s);

  private final byte code;
  private final String expected;
  private final Function<String, T> parser;
  private final Function<T, String> formatter;

  private SettingType(byte code, String expected, Function<String, T> parser, Function<T, String> formatter) {
    this.code = code;
    this.expected = expected;
    this.parser = parser;
    this.formatter = formatter;
  }

  /** @return the type's code in DescribeConfigs */
  public byte code() {
    return code;
  }

  /** @return describes the texts of this type, for messages */
  public String expected() {
    return expected;
  }

  /**
   * @param text trimmed text
   * @return the value
   * @throws IllegalArgumentException when the text is not a value of this type
   */
  public T parse(String text) {
    return parser.apply(text);
  }

  /**
   * @param value a value, or null
   * @return its text, or null
   */
  public String format(T value) {
    return value == null ? null : formatter.apply(value);
  }

  private static Boolean bool(String s) {
    if (s.equalsIgnoreCase("true")) {
      return Boolean.TRUE;
    }
    if (s.equalsIgnoreCase("false")) {
      return Boolean.FALSE;
    }
    throw new IllegalArgumentException(s);
  }

  private static List<String> list(String s) {
    return s.isEmpty() ? List.of() : Arrays.stream(s.split(",", -1)).map(String::trim).toList();
  }
}
