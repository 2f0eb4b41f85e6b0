package io.margay.config.internal;

import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.Setting;

/** Converts the value of one setting into the unit of another; the unit is the last part of a setting's name. */
final class Units {
  private Units() { }

  /**
   * @param target the setting that gets the value
   * @param given the setting that the text was given for
   * @param text the text
   * @return the target's value
   * @throws InvalidSettingException when the text is not valid for either of them
   */
  static <T> T convert(Setting<T> target, Setting<?> given, String text) {
    long factor = unitMs(given.name()) / unitMs(target.name());
    Object value = given.parse(text);
    if (factor <= 1 || !(value instanceof Number number) || number.longValue() < 0) {
      // a negative number stands for "no limit" in every unit
      return target.parse(text);
    }
    try {
      return target.parse(Long.toString(Math.multiplyExact(number.longValue(), factor)));
    } catch (ArithmeticException e) {
      throw new InvalidSettingException(given.name(), "Invalid value " + text + " for configuration " + given.name()
          + ": expected fewer, as " + target.name() + " cannot hold it");
    }
  }

  private static long unitMs(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "hours" -> 3_600_000;
      case "minutes" -> 60_000;
      case "seconds" -> 1000;
      default -> 1;
    };
  }
}
