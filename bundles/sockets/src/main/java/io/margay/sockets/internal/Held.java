package io.margay.sockets.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.util.HashMap;
import java.util.Map;

/**
 * A connection that waits for a server. It is not read: the kernel keeps what its client sends, and then the client waits. What the server
 * before left for the next one is in an attribute of the channel, and is released here when the connection closes.
 */
@ChannelHandler.Sharable
final class Held extends ChannelInboundHandlerAdapter {
  static final Held INSTANCE = new Held();
  /**
   * What a server leaves for the next one: values of classes of the JDK and of Netty, by names on which the servers agree. This bundle knows
   * one of them, {@link #REST}.
   */
  static final AttributeKey<Map<String, Object>> LEFT = AttributeKey.valueOf("margay.connection");
  /** A {@link ByteBuf} with bytes that have arrived and were not used. */
  static final String REST = "rest";

  private Held() { }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().attr(LEFT).setIfAbsent(Map.of());
  }

  /** Only when the client has closed its side: that is noticed by reading to the end. */
  @Override
  public void channelRead(ChannelHandlerContext context, Object received) {
    Attribute<Map<String, Object>> left = context.channel().attr(LEFT);
    Map<String, Object> state = new HashMap<>(left.get());
    ByteBuf more = (ByteBuf) received;
    if (state.get(REST) instanceof ByteBuf rest) {
      ByteBuf both = context.alloc().directBuffer(rest.readableBytes() + more.readableBytes()).writeBytes(rest).writeBytes(more);
      rest.release();
      more.release();
      more = both;
    }
    state.put(REST, more);
    left.set(state);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    release(context.channel());
  }

  /** @return whether a server had the connection before; it has left something then */
  static boolean wasServed(Channel connection) {
    Map<String, Object> left = connection.attr(LEFT).get();
    return left != null && !left.isEmpty();
  }

  private static void release(Channel connection) {
    Map<String, Object> state = connection.attr(LEFT).getAndSet(null);
    if (state != null) {
      state.values().forEach(ReferenceCountUtil::release);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
