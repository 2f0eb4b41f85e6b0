package io.margay.client.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** A token that something else writes to a file, and renews there. Stateless. */
final class TokenFile {
  private static final int MOST_BYTES = 64 << 10;
  /** RFC 6750, section 2.1. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private TokenFile() { }

  /**
   * Reads it; blocks.
   *
   * @param url of a file; null for none
   * @return the token
   * @throws IOException when there is no token; the message tells where it was expected, and has nothing of the file
   */
  static String read(String url) throws IOException {
    Path file = file(url);
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (IOException e) {
      throw new IOException("cannot log in: the token in " + file + " cannot be read: " + e, e);
    }
    String token = bytes.length > MOST_BYTES ? "" : new String(bytes, StandardCharsets.ISO_8859_1).strip();
    if (!TOKEN.matcher(token).matches()) {
      throw new IOException("cannot log in: " + file + " has to contain a token of at most " + MOST_BYTES + " bytes and nothing else");
    }
    return token;
  }

  private static Path file(String url) throws IOException {
    try {
      if (url != null && url.startsWith("file:")) {
        return Path.of(URI.create(url));
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new IOException("cannot log in with OAUTHBEARER: set sasl.oauthbearer.token.endpoint.url to the URL of a file with the token, such as"
        + " file:///run/secrets/broker.jwt" + (url == null ? "" : ", and not to " + url));
  }
}
