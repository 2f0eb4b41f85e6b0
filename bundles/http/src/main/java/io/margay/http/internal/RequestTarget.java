package io.margay.http.internal;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The path and the parameters of a request, decoded.
 *
 * @param path the segments; the last one is empty when the path ends with a slash
 * @param parameters the first value of each
 */
record RequestTarget(List<String> path, Map<String, String> parameters) {
  private static final int MAX_PARAMETERS = 16;

  /** @param uri what the request line has: a path, or a whole address */
  static RequestTarget parse(String uri) throws RefusedException {
    String local = uri.regionMatches(true, 0, "http://", 0, "http://".length())
        ? uri.substring(Math.max(uri.indexOf('/', "http://".length()), 0)) : uri;
    if (!local.startsWith("/")) {
      throw malformed();
    }
    try {
      QueryStringDecoder decoder = new QueryStringDecoder(local, StandardCharsets.ISO_8859_1, true, MAX_PARAMETERS);
      Map<String, String> parameters = new HashMap<>();
      for (Map.Entry<String, List<String>> p : decoder.parameters().entrySet()) {
        parameters.put(utf8(p.getKey()), utf8(p.getValue().get(0)));
      }
      return new RequestTarget(path(decoder.rawPath()), parameters);
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw malformed();
    }
  }

  private static List<String> path(String raw) throws RefusedException, CharacterCodingException {
    String[] segments = raw.substring(1).split("/", -1);
    List<String> path = new ArrayList<>(segments.length);
    for (int i = 0; i < segments.length; i++) {
      // only in parameters, a plus is a space
      String segment = utf8(QueryStringDecoder.decodeComponent(segments[i].replace("+", "%2B"), StandardCharsets.ISO_8859_1));
      boolean ambiguous = segment.isEmpty() && i < segments.length - 1 || segment.equals(".") || segment.equals("..")
          || segment.indexOf('/') >= 0 || segment.indexOf('\\') >= 0 || segment.chars().anyMatch(c -> c < ' ');
      if (ambiguous) {
        throw malformed();
      }
      path.add(segment);
    }
    return path;
  }

  /** @param bytes one byte in each character */
  private static String utf8(String bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1))).toString();
  }

  private static RefusedException malformed() {
    return new RefusedException(HttpError.malformed("the path or the parameters are not encoded as they should be"));
  }
}
