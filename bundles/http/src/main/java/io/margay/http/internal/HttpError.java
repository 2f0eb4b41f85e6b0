package io.margay.http.internal;

import io.margay.protocol.Errors;
import io.margay.spi.producer.ProduceException;
import java.util.concurrent.CompletionException;

/**
 * Why a request or a record is refused, as the client is told.
 *
 * @param status the HTTP status
 * @param code the error code in the answer: the status, or the status with two more digits
 * @param message what happened and where, for people
 * @param retryAfterSeconds when trying again makes sense, in seconds; 0 when it does not
 */
record HttpError(int status, int code, String message, int retryAfterSeconds) {
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

  /** Something is full. */
  static HttpError tooMany(String message) {
    return new HttpError(429, 429, message, 1);
  }

  /** Something is away or did not answer. */
  static HttpError unavailable(String message) {
    return new HttpError(503, 503, message, 1);
  }

  /** What a failed write means: the one place where Kafka's error codes become HTTP statuses. */
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

  /** What the failure of a future means. */
  static HttpError of(Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    return cause instanceof ProduceException e ? of(e.error(), e.getMessage())
        : unavailable("the request failed, whether the record was written is not known: " + cause.getMessage());
  }
}
