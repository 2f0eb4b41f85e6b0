package io.margay.http.internal;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;

/** Checks that a request is one of HTTP/1.1 or 1.0 which can be told apart from the next one. */
final class RequestHead {
  private RequestHead() { }

  static void check(HttpRequest request) throws RefusedException {
    if (request.decoderResult().isFailure()) {
      throw new RefusedException(malformed(request.decoderResult().cause()));
    }
    HttpVersion version = request.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      throw new RefusedException(new HttpError(505, "expected HTTP/1.1"));
    }
    HttpHeaders headers = request.headers();
    if (version.equals(HttpVersion.HTTP_1_1) && headers.getAll(HttpHeaderNames.HOST).size() != 1) {
      throw new RefusedException(HttpError.malformed("expected one header Host"));
    }
    List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!encodings.isEmpty()) {
      if (encodings.size() > 1 || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.get(0).trim())) {
        throw new RefusedException(new HttpError(415, "the only Transfer-Encoding that is served is chunked"));
      }
      if (version.equals(HttpVersion.HTTP_1_0)) {
        throw new RefusedException(HttpError.malformed("HTTP/1.0 has no Transfer-Encoding"));
      }
    }
    if (headers.contains(HttpHeaderNames.EXPECT) && version.equals(HttpVersion.HTTP_1_1)
        && !HttpUtil.is100ContinueExpected(request)) {
      throw new RefusedException(new HttpError(417, "the only Expect that is served is 100-continue"));
    }
  }

  private static HttpError malformed(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return new HttpError(414, "the request line has more than margay.http.header.max.bytes");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new HttpError(431, "the headers have more than margay.http.header.max.bytes, or are too many");
    }
    return HttpError.malformed("the request line or the headers are not those of HTTP/1.1");
  }
}
