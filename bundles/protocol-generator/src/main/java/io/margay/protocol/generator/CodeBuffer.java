package io.margay.protocol.generator;

/** Java source text with indentation that follows the braces. */
final class CodeBuffer {
  private final StringBuilder text = new StringBuilder(16 * 1024);
  private int depth;

  /** Adds one line; a leading brace closes a block before it, a trailing one opens a block after it. */
  CodeBuffer line(String format, Object... arguments) {
    String line = arguments.length == 0 ? format : String.format(format, arguments);
    if (line.startsWith("}")) {
      depth--;
    }
    if (!line.isEmpty()) {
      text.append("  ".repeat(depth)).append(line);
    }
    text.append('\n');
    if (line.endsWith("{")) {
      depth++;
    }
    return this;
  }

  /** Opens {@code if (condition)}; nothing when it is certain. */
  CodeBuffer when(String condition) {
    return condition.equals("true") ? this : line("if (%s) {", condition);
  }

  /** Closes what {@link #when} opened. */
  CodeBuffer endWhen(String condition) {
    return condition.equals("true") ? this : line("}");
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
