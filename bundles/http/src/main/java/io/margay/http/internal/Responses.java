package io.margay.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Date;

/** Status lines and headers: the only place that knows them. */
final class Responses {
  private static final int METHOD_NOT_ALLOWED = 405;

  private Responses() { }

  /**
   * @param first the first result, or null when it is not an error
   * @param chunked whether the client knows chunks; if not, the response ends with the connection
   * @param close whether the connection is closed after the response
   * @return the head of a response with lines that are not known yet
   */
  static HttpResponse head(HttpError first, boolean chunked, boolean close) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status(first));
    headers(response.headers(), first, close);
    if (chunked) {
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    return response;
  }

  /**
   * @param error why
   * @param method the method of the request: a response to HEAD has no body
   * @return the whole response to a request whose body is not read; the connection is closed after it
   */
  static FullHttpResponse refusal(HttpError error, HttpMethod method) {
    byte[] line = Answers.error(error);
    ByteBuf body = HttpMethod.HEAD.equals(method) ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(line);
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status(error), body);
    headers(response.headers(), error, true);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, line.length);
    if (error.status() == METHOD_NOT_ALLOWED) {
      response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.POST);
    }
    return response;
  }

  /**
   * @param answer what the health checks say
   * @param method the method of the request: a response to HEAD has no body
   * @return the whole response; the connection is closed after it
   */
  static FullHttpResponse health(HealthService.Answer answer, HttpMethod method) {
    HttpError error = answer.healthy() ? null : HttpError.unavailable("not healthy");
    ByteBuf body = HttpMethod.HEAD.equals(method) ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.json());
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status(error), body);
    headers(response.headers(), error, true);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.json().length);
    return response;
  }

  /** @return the response that asks for the body */
  static FullHttpResponse goOn() {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
  }

  private static HttpResponseStatus status(HttpError error) {
    return error == null ? HttpResponseStatus.OK : HttpResponseStatus.valueOf(error.status());
  }

  private static void headers(HttpHeaders headers, HttpError error, boolean close) {
    headers.set(HttpHeaderNames.DATE, DateFormatter.format(new Date()));
    headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    if (error != null && error.retryAfterSeconds() > 0) {
      headers.setInt(HttpHeaderNames.RETRY_AFTER, error.retryAfterSeconds());
    }
    if (close) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }
}
