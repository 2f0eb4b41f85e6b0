package io.margay.controller.internal.state;

import io.margay.protocol.Errors;
import java.util.List;

/**
 * What became of a command, as bytes, so that the answer can travel from the node that applied it to the one that proposed it.
 *
 * <pre>
 * index of the command (int64) | kind (int8) | value
 * kind 0: none | 1: Boolean (int8) | 2: Long (int64) | 3: Outcome (error code int16, text) | 4: list of Outcomes
 * </pre>
 *
 * A kind's number and layout never change.
 */
final class ResultCodec {
  private static final int NONE = 0;
  private static final int BOOLEAN = 1;
  private static final int LONG = 2;
  private static final int OUTCOME = 3;
  private static final int OUTCOMES = 4;

  private ResultCodec() { }

  static byte[] encode(MetadataStateMachine.Applied applied) {
    BinaryWriter out = new BinaryWriter().int64(applied.index());
    Object value = applied.result();
    if (value == null) {
      out.int8(NONE);
    } else if (value instanceof Boolean b) {
      out.int8(BOOLEAN).bool(b);
    } else if (value instanceof Long n) {
      out.int8(LONG).int64(n);
    } else if (value instanceof Outcome o) {
      writeOutcome(out.int8(OUTCOME), o);
    } else if (value instanceof List<?> list) {
      out.int8(OUTCOMES).list(list, (w, o) -> writeOutcome(w, (Outcome) o));
    } else {
      throw new IllegalStateException("no form for a result of " + value.getClass());
    }
    return out.toBytes();
  }

  /** @throws IllegalArgumentException when the bytes are no result of a known kind */
  static MetadataStateMachine.Applied decode(byte[] bytes) {
    return BinaryReader.read(bytes, in -> new MetadataStateMachine.Applied(in.int64(), value(in)));
  }

  private static Object value(BinaryReader in) {
    int kind = in.int8();
    return switch (kind) {
      case NONE -> null;
      case BOOLEAN -> in.bool();
      case LONG -> in.int64();
      case OUTCOME -> readOutcome(in);
      case OUTCOMES -> in.list(ResultCodec::readOutcome);
      default -> throw new IllegalArgumentException("the result of a metadata change has the unknown kind " + kind);
    };
  }

  private static void writeOutcome(BinaryWriter out, Outcome outcome) {
    out.int16(outcome.error().code()).text(outcome.message());
  }

  private static Outcome readOutcome(BinaryReader in) {
    Errors error = Errors.forCode(in.int16());
    String message = in.text();
    return error == Errors.NONE && message == null ? Outcome.OK : new Outcome(error, message);
  }
}
