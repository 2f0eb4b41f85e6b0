package io.margay.spi.config;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How text becomes a value.
 *
 * @param <T> the type of the values
 */
public final class SettingType<T> {
  /** true or false, in any case. */
  public static final SettingType<Boolean> BOOLEAN = new SettingType<>((byte) 1, "true or false");
  /** Text. */
  public static final SettingType<String> STRING = new SettingType<>((byte) 2, "text");
  /** A whole number of 32 bits. */
  public static final SettingType<Integer> INT = new SettingType<>((byte) 3, "a whole number of 32 bits");
  /** A whole number of 16 bits. */
  public static final SettingType<Short> SHORT = new SettingType<>((byte) 4, "a whole number of 16 bits");
  /** A whole number of 64 bits. */
  public static final SettingType<Long> LONG = new SettingType<>((byte) 5, "a whole number of 64 bits");
  /** A number with a fraction. */
  public static final SettingType<Double> DOUBLE = new SettingType<>((byte) 6, "a number");
  /** Texts, separated by commas. */
  public static final SettingType<List<String>> LIST = new SettingType<>((byte) 7, "a list separated by commas");
  /** The name of a Kafka class; it is never loaded. */
  public static final SettingType<String> CLASS = new SettingType<>((byte) 8, "a class name");
  /** Text that is never shown. */
  public static final SettingType<String> PASSWORD = new SettingType<>((byte) 9, "text");

  private final byte code;
  private final String expected;

  private SettingType(byte code, String expected) {
    this.code = code;
    this.expected = expected;
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
  @SuppressWarnings("unchecked")
  public T parse(String text) {
    return (T) valueOf(text);
  }

  /** A switch and not a function for each type: the functions would be made at each start, before the broker answers. */
  private Object valueOf(String text) {
    return switch (code) {
      case 1 -> bool(text);
      case 3 -> Integer.valueOf(text);
      case 4 -> Short.valueOf(text);
      case 5 -> Long.valueOf(text);
      case 6 -> Double.valueOf(text);
      case 7 -> list(text);
      default -> text;
    };
  }

  /**
   * @param value a value, or null
   * @return its text, or null
   */
  public String format(T value) {
    if (value == null) {
      return null;
    }
    return value instanceof List<?> list ? list.stream().map(String::valueOf).collect(Collectors.joining(",")) : value.toString();
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
