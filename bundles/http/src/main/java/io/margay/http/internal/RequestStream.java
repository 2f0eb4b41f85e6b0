package io.margay.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** One request on its connection: takes the body out of the decoder, and passes the response to the encoder. On the event loop. */
final class RequestStream implements Peer {
  private static final int PIECE_BYTES = 8 * 1024;

  private final Connection connection;
  private final Channel channel;
  private final boolean chunked;
  private final boolean keepAlive;
  private boolean asksToGoOn;
  /** What was taken out of the decoder and not read yet, or null. */
  private HttpContent content;
  private boolean bodyEnded;
  private boolean bodyBroken;
  private boolean closes;
  /** Lines that are not with the encoder yet, or null. */
  private ByteBuf piece;

  RequestStream(Connection connection, Channel channel, HttpRequest request) {
    this.connection = connection;
    this.channel = channel;
    this.chunked = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
    this.keepAlive = chunked && HttpUtil.isKeepAlive(request);
    this.asksToGoOn = HttpUtil.is100ContinueExpected(request);
  }

  @Override
  public int read(byte[] buffer) {
    if (asksToGoOn) {
      asksToGoOn = false;
      channel.writeAndFlush(Responses.goOn());
    }
    while (!bodyEnded && !bodyBroken) {
      if (content == null && !take()) {
        return 0;
      }
      ByteBuf bytes = content.content();
      int n = Math.min(bytes.readableBytes(), buffer.length);
      bytes.readBytes(buffer, 0, n);
      if (!bytes.isReadable()) {
        bodyEnded = content instanceof LastHttpContent;
        releaseContent();
      }
      if (n > 0) {
        return n;
      }
    }
    return bodyEnded ? -1 : 0;
  }

  /** @return whether there is a next piece of the body */
  private boolean take() {
    HttpObject next = connection.poll();
    if (next == null) {
      return false;
    }
    if (next.decoderResult().isFailure() || !(next instanceof HttpContent c)) {
      ReferenceCountUtil.release(next);
      bodyBroken = true;
      connection.bodyBroken("the chunks of the body are not those of HTTP/1.1");
      return false;
    }
    content = c;
    return true;
  }

  /** @return whether the whole body was taken out of the decoder */
  boolean bodyEnded() {
    return bodyEnded || content instanceof LastHttpContent;
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public void begin(HttpError first, boolean close) {
    asksToGoOn = false;
    closes = close || !keepAlive || connection.closing();
    channel.write(Responses.head(first, chunked, closes));
  }

  @Override
  public void write(byte[] line) {
    if (piece == null) {
      piece = channel.alloc().buffer(Math.max(line.length, PIECE_BYTES));
    }
    piece.writeBytes(line);
    if (piece.readableBytes() >= PIECE_BYTES) {
      writePiece();
    }
  }

  private void writePiece() {
    if (piece != null) {
      ByteBuf full = piece;
      piece = null;
      channel.write(new DefaultHttpContent(full));
    }
  }

  @Override
  public void flush() {
    writePiece();
    channel.flush();
  }

  @Override
  public void end(boolean complete) {
    if (complete && channel.isActive()) {
      writePiece();
      ChannelFuture sent = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
      release();
      connection.responded(!closes && bodyEnded, sent);
    } else {
      release();
      connection.abort();
    }
  }

  private void release() {
    releaseContent();
    if (piece != null) {
      piece.release();
      piece = null;
    }
  }

  private void releaseContent() {
    if (content != null) {
      content.release();
      content = null;
    }
  }

  @Override
  public void execute(Runnable task) {
    channel.eventLoop().execute(task);
  }
}
