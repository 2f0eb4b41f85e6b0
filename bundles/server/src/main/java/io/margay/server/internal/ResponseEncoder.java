package io.margay.server.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageWriter;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/** Turns a response into the parts of its frame. Stateless. */
final class ResponseEncoder {
  private ResponseEncoder() { }

  /**
   * Encodes a frame: size, response header (v0, or v1 with an empty tagged section) and body.
   *
   * @param api which API
   * @param version the request's version
   * @param correlationId the client's number
   * @param response the body; records in it are taken over
   * @param allocator gives the buffers
   * @return {@link io.netty.buffer.ByteBuf}s and {@link io.margay.protocol.Records}, in order, owned by the caller
   */
  static List<Object> encode(Api api, short version, int correlationId, Message response, ByteBufAllocator allocator) {
    MessageWriter out = new MessageWriter(allocator.directBuffer(256));
    try {
      out.reserveFrameSize();
      out.writeInt(correlationId);
      if (api.responseHeaderVersion(version) >= 1) {
        out.writeUnsignedVarint(0);
      }
      response.write(out, version);
      out.patchFrameSize();
      return out.finish();
    } catch (Throwable e) { // also an Error, such as too little direct memory
      out.releaseAfterFailure(response);
      throw e;
    }
  }
}
