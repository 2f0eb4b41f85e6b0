package io.margay.storage.mapdb.internal;

import java.util.regex.Pattern;

/** The names of the small files of a log. */
final class BlobNames {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-][A-Za-z0-9.-]{0,199}");

  private BlobNames() {
  }

  static void check(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name of a blob: '" + name + "', expected letters, digits, '-' and '.'");
    }
  }
}
