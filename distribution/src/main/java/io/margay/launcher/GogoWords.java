package io.margay.launcher;

import java.util.List;

/** Makes a line for Gogo of words that a shell of the operating system has already separated. */
final class GogoWords {
  private GogoWords() { }

  /**
   * @param words the first is taken as it is, because it may be a whole script; of the others, those are quoted that Gogo would take apart
   * @return the line
   */
  static String line(List<String> words) {
    StringBuilder line = new StringBuilder(words.isEmpty() ? "" : words.get(0));
    words.stream().skip(1).forEach(word -> line.append(' ').append(word.equals("|") ? word : quote(word)));
    return line.toString().strip();
  }

  /** A word as Gogo reads it back: a backslash works for all that it would take for syntax, while an apostrophe has no place between quotes. */
  static String quote(String word) {
    return word.isEmpty() ? "\"\"" : word.replaceAll("([\\x00-\\x7f&&[^\\w./:+,@%=-]])", "\\\\$1");
  }
}
