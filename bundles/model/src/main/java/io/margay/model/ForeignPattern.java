package io.margay.model;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression that came from a client, in the syntax of RE2. Matching takes time in proportion to the length of the text, whatever
 * the expression is. An expression may have {@value #MAX_LENGTH} characters, and as a program {@value #MAX_INSTRUCTIONS} instructions: so
 * its memory is bounded, too. Immutable; safe for all threads.
 */
public final class ForeignPattern {
  /** Characters of an expression at most. */
  public static final int MAX_LENGTH = 1024;
  /** Instructions that an expression may become. */
  public static final int MAX_INSTRUCTIONS = 10_000;

  private final Pattern pattern;

  private ForeignPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * Compiles an expression.
   *
   * @param expression the text
   * @return the pattern
   * @throws IllegalArgumentException when it is no expression of RE2, or too large; the message says why and is safe to show
   */
  public static ForeignPattern of(String expression) {
    if (expression.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("the regular expression has " + expression.length() + " characters; at most " + MAX_LENGTH
          + " are allowed");
    }
    checkRepetitions(expression);
    try {
      Pattern compiled = Pattern.compile(expression);
      if (compiled.programSize() > MAX_INSTRUCTIONS) {
        throw tooLarge();
      }
      return new ForeignPattern(compiled);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("not a regular expression of RE2: " + e.getDescription(), e);
    }
  }

  /**
   * Each counted repetition copies what it repeats, and they may be nested: so the size is estimated before anything is built. Each
   * character, escape and class counts as one; the sizes of open groups are on a stack.
   */
  private static void checkRepetitions(String expression) {
    long[] before = new long[expression.length() + 1];
    int depth = 0;
    long size = 0;
    long last = 0;
    for (int i = 0; i < expression.length(); i++) {
      switch (expression.charAt(i)) {
        case '(' -> {
          before[depth++] = size;
          size = 0;
          last = 0;
        }
        case ')' -> {
          last = size;
          size += depth > 0 ? before[--depth] : 0;
        }
        case '{' -> {
          long copies = Math.max(1, largestNumber(expression, i + 1));
          size += last * (copies - 1);
          last *= copies;
        }
        case '\\' -> {
          i++;
          last = 1;
          size++;
        }
        default -> {
          last = 1;
          size++;
        }
      }
      if (size > MAX_INSTRUCTIONS) {
        throw tooLarge();
      }
    }
  }

  /** The larger number of a repetition such as {@code 2,5}; a number that is too large for RE2 counts as its largest. */
  private static int largestNumber(String expression, int from) {
    int largest = 0;
    int number = 0;
    for (int i = from; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c >= '0' && c <= '9') {
        number = Math.min(1000, number * 10 + c - '0');
        largest = Math.max(largest, number);
      } else if (c == ',') {
        number = 0;
      } else {
        break;
      }
    }
    return largest;
  }

  private static IllegalArgumentException tooLarge() {
    return new IllegalArgumentException("the regular expression is too large: its repetitions make more than " + MAX_INSTRUCTIONS
        + " instructions");
  }

  /**
   * Matches a whole text.
   *
   * @param text any text
   * @return whether all of it matches
   */
  public boolean matches(CharSequence text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.matches();
  }

  /** @return the expression */
  @Override
  public String toString() {
    return pattern.pattern();
  }
}
