package io.margay.http.internal;

import io.margay.protocol.Errors;
import io.margay.spi.producer.ProduceException;
import java.util.concurrent.CompletionException;

/**
 * The error of a refused request or record, as the client sees it.
 *
 * @param status the HTTP status
 * @param code the error code in the answer: the status, or the status with two more digits
 * @param message what happened and where, readable
 * @param retryAfterSeconds seconds after which a retry makes sense; 0 when it does not
 */
record HttpError(int status, int code, String message, int retryAfterSeconds) {
  static final int UNAUTHORIZED = 401;
  static final int TOPIC_NOT_FOUND = 40_401;
  static final int PARTITION_NOT_FOUND = 40_402;

  HttpError(int status, String message) {
    this(status, status, message, 0);
  }

  static HttpError malformed(String message) {
    return new HttpError(400, message);
  }

  static HttpError noTopic(String topic) {
    return new HttpError(404, TOPIC_NOT_FOUND, "there is no topic " + topic + "; topics are not created by this call", 0);
  }

  static HttpError tooLarge(String message) {
    return new HttpError(413, message);
  }

  /** A limit is reached. */
  static HttpError tooMany(String message) {
    return new HttpError(429, 429, message, 1);
  }

  /** The client has used up its quota and must wait. */
  static HttpError overQuota(int waitMs) {
    return new HttpError(429, 429, "more was written than the quota producer_byte_rate allows; try again in " + waitMs + " ms",
        (int) Math.ceil(waitMs / 1e3));
  }

  /** A part is unavailable or did not respond. */
  static HttpError unavailable(String message) {
    return new HttpError(503, 503, message, 1);
  }

  /** The error of a failed write: the only place where Kafka's error codes become HTTP statuses. */
  static HttpError of(Errors error, String message) {
    String text = message + " (" + error.name() + ")";
    return switch (error) {
      case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID -> new HttpError(404, TOPIC_NOT_FOUND, text, 0);
      case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> tooLarge(text);
      case INVALID_TIMESTAMP, INVALID_RECORD, INVALID_TOPIC_EXCEPTION, CORRUPT_MESSAGE -> malformed(text);
      case TOPIC_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED -> new HttpError(403, text);
      default -> error.retriable() ? unavailable(text) : new HttpError(500, text);
    };
  }

  /** The error of a failed future. */
  static HttpError of(Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    return cause instanceof ProduceException e ? of(e.error(), e.getMessage())
        : unavailable("the request failed, whether the record was written is not known: " + cause.getMessage());
  }
}
