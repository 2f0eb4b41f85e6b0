package io.margay.spi.producer;

import io.margay.protocol.Errors;

/** Why a record was not written. */
public final class ProduceException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Errors error;

  /**
   * @param error Kafka's error code for it
   * @param message what happened, in words
   */
  public ProduceException(Errors error, String message) {
    super(message);
    this.error = error;
  }

  /** @return Kafka's error code; {@code error().retriable()} tells whether sending again may help */
  public Errors error() {
    return error;
  }
}
