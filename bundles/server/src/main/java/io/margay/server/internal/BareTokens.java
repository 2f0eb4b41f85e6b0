package io.margay.server.internal;

import io.margay.protocol.message.SaslAuthenticateResponse;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/**
 * Tokens of a login with nothing but a size (int32) before them, as they follow a SaslHandshake of version 0: what clients send that are older than Kafka
 * 1.0, and newer ones that have stayed with it, such as kafka-python before 2.1. Stateless.
 */
final class BareTokens {
  private BareTokens() { }

  /** @return the parts of the answer's frame; none for a login that failed: this form has no place for an error, so the connection just closes */
  static List<Object> encode(SaslAuthenticateResponse answer, ByteBufAllocator allocator) {
    byte[] token = answer.authBytes();
    return answer.errorCode() != 0 ? List.of() : List.of(allocator.directBuffer(4 + token.length).writeInt(token.length).writeBytes(token));
  }
}
