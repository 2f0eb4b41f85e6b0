package io.margay.shell.internal;

/**
 * Text of clients, such as group ids and client ids, as it may be printed on a terminal: control characters, which could forge lines
 * or change what a terminal shows, and characters that change the direction of writing, become escapes like {@code \n} and
 * <code>\</code>{@code u001b}.
 */
final class Printable {
  private Printable() { }

  static String of(String text) {
    int i = 0;
    while (i < text.length() && isPlain(text.charAt(i))) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isPlain(c)) {
        escaped.append(c);
      } else {
        escape(escaped, c);
      }
    }
    return escaped.toString();
  }

  private static void escape(StringBuilder to, char c) {
    switch (c) {
      case '\n' -> to.append("\\n");
      case '\r' -> to.append("\\r");
      case '\t' -> to.append("\\t");
      default -> to.append(String.format("\\u%04x", (int) c));
    }
  }

  private static boolean isPlain(char c) {
    return !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT && c != '\u2028' && c != '\u2029';
  }
}
