package io.margay.launcher;

/** The run of {@code margay train}, which loads the classes that an archive shall hold, and then ends. */
final class Training {
  private Training() {}

  /** Called when the server serves, or when it has had its time to. */
  static void exercise(boolean served) {
    if (!served) {
      System.err.println("margay: training without a server");
    }
  }
}
