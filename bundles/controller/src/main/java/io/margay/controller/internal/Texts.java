package io.margay.controller.internal;

import java.util.Collection;

/** What clients wrote, shortened for messages: an answer does not grow with what it refuses. */
public final class Texts {
  private static final int ELEMENTS_MAX = 20;
  private static final int LENGTH_MAX = 300;

  private Texts() { }

  /** The first elements of a list. */
  public static String shown(Collection<?> values) {
    if (values.size() <= ELEMENTS_MAX) {
      return values.toString();
    }
    String first = values.stream().limit(ELEMENTS_MAX).toList().toString();
    return first.substring(0, first.length() - 1) + ", and " + (values.size() - ELEMENTS_MAX) + " more]";
  }

  /** The beginning of a text. */
  public static String shown(String text) {
    return text == null || text.length() <= LENGTH_MAX ? text
        : text.substring(0, LENGTH_MAX) + "... (" + text.length() + " characters)";
  }
}
