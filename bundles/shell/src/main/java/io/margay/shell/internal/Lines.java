package io.margay.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads lines of bytes, without their ends (LF, or CR LF), and says whether the next one would have to be waited for. */
final class Lines {
  static final int LINE_BYTES_MAX = 8 * 1024 * 1024;
  private final InputStream in;
  private byte[] buffer = new byte[64 * 1024];
  private int from;
  private int to;

  Lines(InputStream in) {
    this.in = in;
  }

  /** The next line; null at the end of the input. */
  byte[] next() throws IOException {
    int searched = from;
    while (true) {
      for (int i = searched; i < to; i++) {
        if (buffer[i] == '\n') {
          byte[] line = cut(i);
          from = i + 1;
          return line;
        }
      }
      int pending = to - from;
      if (!fill()) {
        byte[] rest = pending == 0 ? null : cut(to);
        from = to;
        return rest;
      }
      // filling moves what is pending to the front
      searched = from + pending;
    }
  }

  /** Whether {@link #next()} would return without waiting for input. */
  boolean buffered() {
    for (int i = from; i < to; i++) {
      if (buffer[i] == '\n') {
        return true;
      }
    }
    return false;
  }

  private byte[] cut(int end) {
    int last = end > from && buffer[end - 1] == '\r' ? end - 1 : end;
    return Arrays.copyOfRange(buffer, from, last);
  }

  private boolean fill() throws IOException {
    System.arraycopy(buffer, from, buffer, 0, to - from);
    to -= from;
    from = 0;
    if (to == buffer.length) {
      if (buffer.length >= LINE_BYTES_MAX) {
        throw new ShellException("a line of the input is longer than " + LINE_BYTES_MAX + " bytes");
      }
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    int length = in.read(buffer, to, buffer.length - to);
    if (length < 0) {
      return false;
    }
    to += length;
    return true;
  }
}
