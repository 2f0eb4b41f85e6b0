package io.margay.security.internal.oauth;

import io.margay.spi.security.LoginFailedException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first message of a client (RFC 7628), {@code ^A} being the character with code 1. What else is in it is passed over.
 *
 * <pre>
 *   n,[a=USER],^Aauth=Bearer TOKEN^A[name=value^A]...^A
 * </pre>
 *
 * @param user whom the client wants to be; null when it does not say
 * @param token the token
 */
record BearerMessage(String user, String token) {
  /** Possessive, because a choice that may be taken back takes stack for each character. */
  private static final Pattern HEADER = Pattern.compile("n,(?:a=((?:[^,=\\x00-\\x20]++|=2C|=3D)++))?,");
  private static final Pattern PAIR = Pattern.compile("([A-Za-z]+)=([\\x21-\\x7E \\t\\r\\n]+)");
  private static final Pattern AUTH = Pattern.compile("(\\w+) +([-_~+/.A-Za-z0-9]+=*)");

  /** @throws LoginFailedException when it has another form; the message shows nothing of it */
  static BearerMessage parse(byte[] bytes) throws LoginFailedException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int headerEnd = text.indexOf('\1');
    Matcher header = HEADER.matcher(headerEnd < 0 ? "" : text.substring(0, headerEnd));
    if (!header.matches() || !text.endsWith("\1\1") || headerEnd > text.length() - 3) {
      throw malformed("");
    }
    String token = null;
    for (String pair : text.substring(headerEnd + 1, text.length() - 2).split("\1", -1)) {
      Matcher m = PAIR.matcher(pair);
      if (!m.matches()) {
        throw malformed("");
      }
      if (m.group(1).equals("auth")) {
        Matcher auth = AUTH.matcher(m.group(2));
        if (token != null || !auth.matches()) {
          throw malformed(": invalid 'auth' format");
        }
        if (!auth.group(1).equalsIgnoreCase("bearer")) {
          throw new LoginFailedException("Invalid scheme in OAUTHBEARER client first message");
        }
        token = auth.group(2);
      }
    }
    if (token == null) {
      throw malformed(": 'auth' not specified");
    }
    String user = header.group(1);
    return new BearerMessage(user == null ? null : user.replace("=2C", ",").replace("=3D", "="), token);
  }

  private static LoginFailedException malformed(String why) {
    return new LoginFailedException("Invalid OAUTHBEARER client first message" + why);
  }
}
