package io.margay.server.internal;

import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.MessageReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Reads the parts of a request header that have a length. Stateless. */
final class RequestHeaders {
  /** Client ids are kept and logged; of longer ones this much is used, and only while the request lasts. */
  static final int MAX_CLIENT_ID_BYTES = 256;

  private RequestHeaders() { }

  /** @return the length of the client id, which follows; -1 for none */
  static int clientIdLength(ByteBuf in) {
    int length = in.readShort();
    if (length > in.readableBytes()) {
      throw new MalformedMessageException("client id of " + length + " bytes, but " + in.readableBytes() + " remain");
    }
    return length < 0 ? -1 : length;
  }

  /** @return whether the next bytes are the same as those of {@code known} */
  static boolean same(ByteBuf in, int length, ByteBuf known) {
    return length == known.readableBytes() && ByteBufUtil.equals(in, in.readerIndex(), known, 0, length);
  }

  /** @return the beginning of a client id that is too long */
  static String readLongClientId(ByteBuf in, int length) {
    String start = in.toString(in.readerIndex(), MAX_CLIENT_ID_BYTES, StandardCharsets.UTF_8);
    in.skipBytes(length);
    return start + "...";
  }

  static void skipTaggedFields(ByteBuf in) {
    if (in.getByte(in.readerIndex()) == 0) {
      in.skipBytes(1);
      return;
    }
    MessageReader reader = new MessageReader(in);
    int count = reader.readTaggedFieldCount();
    int at = reader.position();
    for (int i = 0; i < count; i++) {
      in.readerIndex(at);
      reader = new MessageReader(in);
      reader.readUnsignedVarint();
      at = reader.readTaggedFieldEnd();
    }
    in.readerIndex(at);
  }
}
