package io.margay.http.internal;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * Netty's decoder with our limits. It decodes one step for each buffer that it gets, so that requests which a client sends ahead stay
 * bytes until their turn; an empty buffer makes it decode the next step.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private static final int MAX_CONTENT_BYTES = 8 * 1024;
  /** Each header costs some hundred bytes of heap beside its own: so many bytes of the limit are counted for each. */
  private static final int BYTES_PER_HEADER = 64;

  RequestDecoder(int maxHeaderBytes) {
    super(config(maxHeaderBytes));
    setSingleDecode(true);
  }

  private static HttpDecoderConfig config(int maxHeaderBytes) {
    HttpHeadersFactory headers = new CountedHeaders.Factory(Math.max(1, maxHeaderBytes / BYTES_PER_HEADER));
    return new HttpDecoderConfig().setMaxInitialLineLength(maxHeaderBytes).setMaxHeaderSize(maxHeaderBytes)
        .setMaxChunkSize(MAX_CONTENT_BYTES).setHeadersFactory(headers).setTrailersFactory(headers)
        .setAllowDuplicateContentLengths(false).setStrictLineParsing(true).setUseRfc9112TransferEncoding(true);
  }

  /** A proxy and we might understand such a request differently. */
  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }

  /** Headers of a limited number. */
  private static final class CountedHeaders extends DefaultHttpHeaders {
    private final int max;
    private int count;

    private CountedHeaders(int max) {
      super(DefaultHttpHeadersFactory.headersFactory().getNameValidator(),
          DefaultHttpHeadersFactory.headersFactory().getValueValidator());
      this.max = max;
    }

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
      if (++count > max) {
        throw new TooLongHttpHeaderException("more than " + max + " headers");
      }
      return super.add(name, value);
    }

    @Override
    public HttpHeaders add(String name, Object value) {
      return add((CharSequence) name, value);
    }

    /** @param max the largest number */
    private record Factory(int max) implements HttpHeadersFactory {
      @Override
      public HttpHeaders newHeaders() {
        return new CountedHeaders(max);
      }

      @Override
      public HttpHeaders newEmptyHeaders() {
        return newHeaders();
      }
    }
  }
}
