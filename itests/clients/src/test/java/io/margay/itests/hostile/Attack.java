package io.margay.itests.hostile;

import java.util.Map;

/**
 * One way to hurt a broker, and the answer that is right. Attacks of a family share a broker, one after the other.
 *
 * @param row its name in the table and on the command line
 * @param sent what it sends, for the table
 * @param settings environment variables that the broker is started with, beside the defaults
 * @param alone whether it needs a broker of its own: it restarts it, or what it leaves behind is meant to last
 * @param body sends it
 */
record Attack(String row, String sent, Map<String, String> settings, boolean alone, Body body) {
  /** The long form, with the sizes that hurt a broker without bounds. */
  static final boolean FULL = Boolean.getBoolean("hostile.full");

  /** Attacks a broker that serves. */
  @FunctionalInterface
  interface Body {
    /** @return the answer that was seen; a wrong one is an {@link AssertionError} */
    String attack(HostileBroker broker) throws Exception;
  }

  static Attack of(String row, String sent, Body body) {
    return new Attack(row, sent, Map.of(), false, body);
  }

  /** An attack with a broker of its own. */
  static Attack alone(String row, String sent, Map<String, String> settings, Body body) {
    return new Attack(row, sent, settings, true, body);
  }

  static Attack alone(String row, String sent, Body body) {
    return alone(row, sent, Map.of(), body);
  }

  /** The size of something in the form that is run. */
  static int size(int inShortForm, int inFull) {
    return FULL ? inFull : inShortForm;
  }

  @Override
  public String toString() {
    return row + ": " + sent;
  }
}
