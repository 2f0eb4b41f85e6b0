package io.margay.groups.internal.group;

/** Estimates what things hold on the heap, with compressed references. On the high side, and cheap. */
public final class HeapSize {
  /** A string and its array without characters. */
  private static final int STRING = 48;
  private static final int ARRAY = 24;

  private HeapSize() { }

  /**
   * @param text a text, or null
   * @return its bytes
   */
  public static long of(String text) {
    if (text == null || text.isEmpty()) {
      return 0;
    }
    return STRING + (long) text.length() * (isLatin(text) ? 1 : 2);
  }

  /**
   * @param bytes an array, or null
   * @return its bytes
   */
  public static long of(byte[] bytes) {
    return bytes == null || bytes.length == 0 ? 0 : ARRAY + (long) bytes.length;
  }

  private static boolean isLatin(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0xff) {
        return false;
      }
    }
    return true;
  }
}
