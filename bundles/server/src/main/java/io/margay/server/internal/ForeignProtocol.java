package io.margay.server.internal;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Guesses what the first bytes of a connection are when they are no Kafka request, for one helpful line in the log. */
final class ForeignProtocol {
  /** The beginning of what is said when nothing is recognized. */
  static final String UNKNOWN = "no Kafka request";

  private static final String[] HTTP = {"GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PATC", "CONN", "TRAC", "HTTP", "PRI "};

  private ForeignProtocol() { }

  /**
   * @param in the bytes, not changed
   * @param index where the frame begins
   * @param readable how many bytes are there from {@code index}, at least 4
   * @return what they look like: HTTP, TLS, SSH, or the number that stands where the size belongs
   */
  static String describe(ByteBuf in, int index, int readable) {
    String head = in.toString(index, 4, StandardCharsets.ISO_8859_1);
    for (String verb : HTTP) {
      if (head.equals(verb)) {
        return "an HTTP request";
      }
    }
    if (in.getByte(index) == 0x16 && in.getByte(index + 1) == 3) {
      return "a TLS handshake on a plaintext listener";
    }
    if (head.startsWith("SSH-")) {
      return "an SSH client";
    }
    return UNKNOWN + ": its size field is " + in.getInt(index) + (readable > 4 ? "" : " and nothing follows");
  }
}
