package io.margay.shell.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what a user may have meant by a name that does not exist. */
final class Near {
  private static final int SHOWN_MAX = 3;

  private Near() { }

  /** The end of an error message: similar names, or the command that lists them. */
  static String hint(String wrong, Collection<String> names, String listCommand) {
    List<String> near = names(wrong, names);
    return near.isEmpty() ? "; " + listCommand + " shows what there is"
        : "; did you mean " + Printable.of(String.join(", ", near)) + "?";
  }

  /** Names that are like the wrong one, the nearest first. */
  static List<String> names(String wrong, Collection<String> names) {
    String lower = wrong.toLowerCase(Locale.ROOT);
    int limit = Math.max(2, wrong.length() / 4);
    return names.stream()
        .filter(n -> isNear(lower, n.toLowerCase(Locale.ROOT), limit) || like(lower, n.toLowerCase(Locale.ROOT)))
        .sorted(Comparator.<String>comparingInt(n -> distance(lower, n.toLowerCase(Locale.ROOT)))
            .thenComparing(Comparator.naturalOrder()))
        .limit(SHOWN_MAX).toList();
  }

  /** Looks at the lengths first, because names may be long and many. */
  private static boolean isNear(String wrong, String name, int limit) {
    return Math.abs(wrong.length() - name.length()) <= limit && distance(wrong, name) <= limit;
  }

  private static boolean like(String wrong, String name) {
    return wrong.length() >= 3 && name.contains(wrong) || name.length() >= 3 && wrong.contains(name);
  }

  /** Letters to insert, remove or replace to get from one to the other. */
  private static int distance(String a, String b) {
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replace, Math.min(row[j - 1], last[j]) + 1);
      }
      last = row;
    }
    return last[b.length()];
  }
}
