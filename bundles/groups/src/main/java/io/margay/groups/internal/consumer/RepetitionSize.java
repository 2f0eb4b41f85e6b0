package io.margay.groups.internal.consumer;

/**
 * How large a regular expression becomes when its counted repetitions are written out, as its compiler does. Nested ones multiply, so this is
 * looked at before anything is compiled. On the high side: brackets and escapes are not told apart.
 */
final class RepetitionSize {
  private static final long MOST = Integer.MAX_VALUE;

  private final String text;
  private int at;

  private RepetitionSize(String text) {
    this.text = text;
  }

  static long of(String text) {
    RepetitionSize size = new RepetitionSize(text);
    long all = 0;
    while (size.at < text.length()) {
      all = Math.min(MOST, all + size.sequence());
      size.at++;
    }
    return all;
  }

  /** Up to the closing parenthesis, or the end. */
  private long sequence() {
    // the groups that are open, each with what it has so far and its last element
    java.util.ArrayDeque<long[]> open = new java.util.ArrayDeque<>();
    long[] now = new long[2];
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '(') {
        open.push(now);
        now = new long[2];
      } else if (c == ')' && !open.isEmpty()) {
        long inner = now[0] + now[1];
        now = open.pop();
        now[0] = Math.min(MOST, now[0] + now[1]);
        now[1] = Math.min(MOST, inner + 1);
      } else if (c == '{') {
        now[1] = Math.min(MOST, now[1] * count());
      } else {
        now[0] = Math.min(MOST, now[0] + now[1]);
        now[1] = 1;
      }
    }
    long all = now[0] + now[1];
    for (long[] outer : open) {
      all = Math.min(MOST, all + outer[0] + outer[1]);
    }
    return all;
  }

  /** The largest number up to the closing brace; moves to it. 1 when this is no repetition. */
  private long count() {
    long most = 1;
    long number = 0;
    for (int i = at + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        number = Math.min(MOST, number * 10 + c - '0');
        most = Math.max(most, number);
      } else if (c == ',') {
        number = 0;
      } else {
        if (c == '}') {
          at = i;
          return most;
        }
        return 1;
      }
    }
    return 1;
  }
}
