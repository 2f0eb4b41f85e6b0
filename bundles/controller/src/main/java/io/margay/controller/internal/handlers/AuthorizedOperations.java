package io.margay.controller.internal.handlers;

/**
 * What a caller may do, as bits by the codes of Kafka's operations. While there is no authorizer, that is everything that the
 * kind of resource knows.
 */
final class AuthorizedOperations {
  /** It was not asked for. */
  static final int NOT_ASKED = Integer.MIN_VALUE;
  /** Read, write, create, delete, alter, describe, describe configs, alter configs. */
  static final int TOPIC = bits(3, 4, 5, 6, 7, 8, 10, 11);
  /** Create, cluster action, describe configs, alter configs, idempotent write, alter, describe. */
  static final int CLUSTER = bits(5, 7, 8, 9, 10, 11, 12);

  private AuthorizedOperations() { }

  private static int bits(int... codes) {
    int bits = 0;
    for (int code : codes) {
      bits |= 1 << code;
    }
    return bits;
  }
}
