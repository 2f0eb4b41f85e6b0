package io.margay.protocol.generator;

/**
 * A contiguous range of message versions, both ends inclusive, as the schemas write it: {@code "3"}, {@code "3+"},
 * {@code "3-7"} or {@code "none"}.
 *
 * @param lowest the first version of the range
 * @param highest the last version of the range; below {@code lowest} when the range is empty
 */
record Versions(int lowest, int highest) {
  static final Versions NONE = new Versions(0, -1);
  static final Versions ALL = new Versions(0, Short.MAX_VALUE);

  static Versions parse(String text, Versions whenAbsent) {
    if (text == null || text.isBlank()) {
      return whenAbsent;
    }
    String range = text.trim();
    if (range.equals("none")) {
      return NONE;
    }
    if (range.endsWith("+")) {
      return new Versions(Integer.parseInt(range.substring(0, range.length() - 1)), Short.MAX_VALUE);
    }
    int dash = range.indexOf('-');
    if (dash < 0) {
      int version = Integer.parseInt(range);
      return new Versions(version, version);
    }
    return new Versions(Integer.parseInt(range.substring(0, dash)), Integer.parseInt(range.substring(dash + 1)));
  }

  boolean isEmpty() {
    return highest < lowest;
  }

  Versions intersect(Versions other) {
    Versions both = new Versions(Math.max(lowest, other.lowest), Math.min(highest, other.highest));
    return both.isEmpty() ? NONE : both;
  }

  boolean contains(Versions other) {
    return other.isEmpty() || (!isEmpty() && lowest <= other.lowest && highest >= other.highest);
  }

  /**
   * A Java expression that is true for a {@code version} in this range, given that it is in {@code known}:
   * {@code "true"} and {@code "false"} where that is certain.
   */
  String condition(Versions known) {
    Versions here = intersect(known);
    if (here.isEmpty()) {
      return "false";
    }
    if (here.equals(known)) {
      return "true";
    }
    if (here.lowest == here.highest) {
      return "version == " + here.lowest;
    }
    if (here.lowest == known.lowest) {
      return "version <= " + here.highest;
    }
    if (here.highest == known.highest) {
      return "version >= " + here.lowest;
    }
    return "version >= " + here.lowest + " && version <= " + here.highest;
  }
}
