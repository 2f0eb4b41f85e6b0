package io.margay.consensus.ratis.internal;

import java.nio.ByteBuffer;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * What goes into the log of Ratis: a byte for the kind and the content. The leader puts its time in front of it.
 *
 * <pre>
 * COMMAND:   the command
 * SEED_PART: seed (int64) | some bytes of the first state
 * FOUND:     seed (int64) | base (int64) | timestamp in ms (int64) | length of the first state (int32)
 * </pre>
 */
final class LogMessage {
  static final byte COMMAND = 0;
  /** A part of the first state; they come in order, and take effect with {@link #FOUND}. */
  static final byte SEED_PART = 1;
  /** The cluster begins, with the parts of this seed. Only the first one in the log has an effect. */
  static final byte FOUND = 2;

  private LogMessage() { }

  static Message command(byte[] command) {
    return message(COMMAND, command);
  }

  static Message part(long seed, byte[] state, int from, int to) {
    return message(SEED_PART, ByteBuffer.allocate(Long.BYTES + to - from).putLong(seed).put(state, from, to - from).array());
  }

  static Message found(long seed, long base, long timestampMs, int length) {
    return message(FOUND, ByteBuffer.allocate(3 * Long.BYTES + Integer.BYTES).putLong(seed).putLong(base).putLong(timestampMs)
        .putInt(length).array());
  }

  private static Message message(byte kind, byte[] content) {
    return Message.valueOf(ByteString.copyFrom(new byte[] {kind}).concat(UnsafeByteOperations.unsafeWrap(content)));
  }
}
