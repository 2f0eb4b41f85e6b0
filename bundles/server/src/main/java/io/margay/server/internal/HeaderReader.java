package io.margay.server.internal;

import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Makes requests of the frames of one connection. Keeps the client id, which is the same in all of them, so that a request costs no
 * new string. Used on the connection's event loop.
 */
final class HeaderReader {
  private final Connection connection;
  private ByteBuf clientIdBytes = Unpooled.EMPTY_BUFFER;
  private String clientId = "";

  HeaderReader(Connection connection) {
    this.connection = connection;
  }

  /**
   * Reads the header (v1 or v2) and leaves the frame at the body. Where a token without a request around it is expected, the frame is that of a
   * SaslAuthenticate.
   *
   * @param taken what the frame has taken of the memory for frames
   * @throws BadFrameException when the header cannot be decoded, or nobody serves the request
   */
  NetworkRequest read(HandlerTable handlers, ByteBuf in, int taken) {
    String bareFrom = connection.session().bareFrom();
    if (bareFrom != null) {
      NetworkRequest token = new NetworkRequest(connection, handlers.entry(SaslAuthenticateRequest.API.key()), (short) 0, 0, bareFrom, in, taken);
      token.bare = true;
      return token;
    }
    try {
      return decode(handlers, in, taken);
    } catch (MalformedMessageException | IndexOutOfBoundsException e) {
      throw new BadFrameException("header", "its request header cannot be decoded: " + e.getMessage());
    }
  }

  private NetworkRequest decode(HandlerTable handlers, ByteBuf in, int taken) {
    short key = in.readShort();
    short version = in.readShort();
    int correlationId = in.readInt();
    HandlerTable.Entry entry = handlers.entry(key);
    if (entry == null) {
      throw new BadFrameException("unknown API", "it asks for API key " + key + " version " + version + ", which nobody serves");
    }
    if (version < entry.lowest() || version > entry.highest()) {
      if (key == ApiVersionsHandler.KEY) {
        // KIP-511: a client that is newer than we are gets the answer in the version that everybody can read
        return new NetworkRequest(connection, entry, ApiVersionsHandler.UNSUPPORTED, correlationId, "", in, taken);
      }
      throw new BadFrameException("version of " + entry.api().name(), "it asks for " + entry.api().name() + " version " + version
          + ", served are " + entry.lowest() + " to " + entry.highest());
    }
    String client = readClientId(in);
    if (entry.api().requestHeaderVersion(version) >= 2) {
      RequestHeaders.skipTaggedFields(in);
    }
    return new NetworkRequest(connection, entry, version, correlationId, client, in, taken);
  }

  private String readClientId(ByteBuf in) {
    int length = RequestHeaders.clientIdLength(in);
    if (length < 0) {
      return "";
    }
    if (length > RequestHeaders.MAX_CLIENT_ID_BYTES) {
      return RequestHeaders.readLongClientId(in, length);
    }
    if (!RequestHeaders.same(in, length, clientIdBytes)) {
      byte[] bytes = new byte[length];
      in.getBytes(in.readerIndex(), bytes);
      clientIdBytes = Unpooled.wrappedBuffer(bytes);
      clientId = new String(bytes, StandardCharsets.UTF_8);
    }
    in.skipBytes(length);
    return clientId;
  }
}
