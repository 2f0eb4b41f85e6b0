package io.margay.server.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: starts requests in order, and sends answers in the order of the requests.
 *
 * <pre>
 *   frame -> backlog -> started -> answered -> sent
 * </pre>
 *
 * A frame waits in the backlog while the server is not ready, while a request is under way whose API lets no other start, and
 * while a request waits for a handler that is being replaced.
 * Started requests stand in {@link #pipeline} until they and all before them are answered.
 *
 * <p>Invariant: {@link #serial} is null, or the last element of the pipeline, and not answered.
 *
 * <p>Owned by the channel's event loop, on which all but {@link #answered} runs. When the channel goes, what waits is dropped
 * and what is under way is told; its late answers are released.
 */
final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final List<Object> NOTHING = List.of();
  private static final int MAX_REQUESTS = 128;
  private static final int MAX_BACKLOG_BYTES = 1 << 20;

  private final Server server;
  private final String listener;
  private final ReadGate gate;
  private final ArrayDeque<Object> backlog = new ArrayDeque<>();
  private final ArrayDeque<NetworkRequest> pipeline = new ArrayDeque<>();
  private ChannelHandlerContext ctx;
  private InetAddress clientAddress;
  private NetworkRequest serial;
  private long backlogBytes;
  private boolean reading;
  private boolean draining;
  private boolean closing;
  private volatile boolean gone;
  private long lastActiveNanos = System.nanoTime();
  private ByteBuf clientIdBytes = Unpooled.EMPTY_BUFFER;
  private String clientId = "";

  Connection(Server server, String listener, ReadGate gate) {
    this.server = server;
    this.listener = listener;
    this.gate = gate;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    clientAddress = ((InetSocketAddress) context.channel().remoteAddress()).getAddress();
    if (!server.admit(this)) {
      closing = true;
      context.close();
      return;
    }
    watchIdle(server.maxIdleMs());
  }

  private void watchIdle(long delayMs) {
    if (delayMs < 0) {
      return;
    }
    eventLoop().schedule(() -> {
      long maxIdle = server.maxIdleMs();
      long idle = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastActiveNanos);
      if (gone || maxIdle < 0) {
        return;
      }
      if (idle >= maxIdle && pipeline.isEmpty() && backlog.isEmpty()) {
        LOG.debug("Closing an idle connection client={} idleMs={}", ctx.channel().remoteAddress(), idle);
        ctx.close();
      } else {
        watchIdle(Math.max(100, maxIdle - idle));
      }
    }, Math.max(1, delayMs), TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object frame) {
    reading = true;
    backlog.add(frame);
    backlogBytes += content(frame).readableBytes();
    drain();
    if (backlogBytes > MAX_BACKLOG_BYTES || backlog.size() + pipeline.size() >= MAX_REQUESTS) {
      gate.pause(ReadGate.Reason.BACKLOG);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    reading = false;
    lastActiveNanos = System.nanoTime();
    context.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      gate.resume(ReadGate.Reason.UNWRITABLE);
      drain();
    } else {
      gate.pause(ReadGate.Reason.UNWRITABLE);
    }
  }

  private static ByteBuf content(Object frame) {
    return frame instanceof BigFrame big ? big.content() : (ByteBuf) frame;
  }

  /** Starts what may start. Answers that come meanwhile do not start anything by themselves, so the stack stays flat. */
  void drain() {
    if (draining || closing) {
      return;
    }
    draining = true;
    try {
      while (serial == null && !backlog.isEmpty() && !closing && server.ready() && pipeline.size() < MAX_REQUESTS
          && !gate.paused(ReadGate.Reason.THROTTLED)) {
        Object frame = backlog.remove();
        backlogBytes -= content(frame).readableBytes();
        start(frame);
      }
    } finally {
      draining = false;
    }
    if (gate.paused(ReadGate.Reason.BACKLOG) && backlogBytes <= MAX_BACKLOG_BYTES / 2
        && backlog.size() + pipeline.size() < MAX_REQUESTS / 2) {
      gate.resume(ReadGate.Reason.BACKLOG);
    }
  }

  private void start(Object frame) {
    long reserved = frame instanceof BigFrame big ? big.reservedBytes() : 0;
    ByteBuf in = content(frame);
    NetworkRequest request;
    try {
      request = decodeHeader(in, reserved);
    } catch (io.margay.protocol.MalformedMessageException | IndexOutOfBoundsException e) {
      refuse("its request header cannot be decoded: " + e.getMessage());
      request = null;
    }
    if (request == null) {
      releaseFrame(in, reserved);
      return;
    }
    pipeline.add(request);
    if (!request.pipelined) {
      serial = request;
    }
    route(request);
  }

  void route(NetworkRequest request) {
    server.handlers().route(request.entry, request);
  }

  /** Starts nothing more while a request waits for its handler, so that none that comes later overtakes it. */
  void hold(NetworkRequest request) {
    serial = request;
  }

  /** Goes on with a request that waited for its handler, then with those behind it. */
  void resume(NetworkRequest request) {
    if (request.pipelined && serial == request) {
      serial = null;
    }
    route(request);
    drain();
  }

  /** Reads the header (v1 or v2) and leaves the frame at the body. @return null when the request was refused or answered */
  private NetworkRequest decodeHeader(ByteBuf in, long reserved) {
    short key = in.readShort();
    short version = in.readShort();
    int correlationId = in.readInt();
    HandlerTable.Entry entry = server.handlers().entry(key);
    if (entry == null) {
      refuse("it asks for API key " + key + " version " + version + ", which nobody serves");
      return null;
    }
    Api api = entry.api();
    if (version < entry.lowest() || version > entry.highest()) {
      if (api.key() == ApiVersionsHandler.KEY) {
        // KIP-511: a client that is newer than we are gets the answer in the version that everybody can read
        return new NetworkRequest(this, entry, api, ApiVersionsHandler.UNSUPPORTED, correlationId, "", in, reserved, false);
      }
      refuse("it asks for " + api.name() + " version " + version + ", served are " + entry.lowest() + " to " + entry.highest());
      return null;
    }
    String client = readClientId(in);
    if (api.requestHeaderVersion(version) >= 2) {
      skipTaggedFields(in);
    }
    return new NetworkRequest(this, entry, api, version, correlationId, client, in, reserved, HandlerTable.pipelined(entry));
  }

  private String readClientId(ByteBuf in) {
    int length = in.readShort();
    if (length < 0) {
      return "";
    }
    if (length > in.readableBytes()) {
      throw new io.margay.protocol.MalformedMessageException("client id of " + length + " bytes, but " + in.readableBytes() + " remain");
    }
    int at = in.readerIndex();
    in.skipBytes(length);
    if (length != clientIdBytes.readableBytes() || !ByteBufUtil.equals(in, at, clientIdBytes, 0, length)) {
      byte[] bytes = ByteBufUtil.getBytes(in, at, length);
      clientIdBytes = Unpooled.wrappedBuffer(bytes);
      clientId = new String(bytes, StandardCharsets.UTF_8);
    }
    return clientId;
  }

  private static void skipTaggedFields(ByteBuf in) {
    if (in.getByte(in.readerIndex()) == 0) {
      in.skipBytes(1);
      return;
    }
    io.margay.protocol.MessageReader reader = new io.margay.protocol.MessageReader(in);
    int count = reader.readTaggedFieldCount();
    int at = reader.position();
    for (int i = 0; i < count; i++) {
      in.readerIndex(at);
      reader = new io.margay.protocol.MessageReader(in);
      reader.readUnsignedVarint();
      at = reader.readTaggedFieldEnd();
    }
    in.readerIndex(at);
  }

  private void refuse(String why) {
    LOG.warn("Closing the connection: {} client={}", why, ctx.channel().remoteAddress());
    closing = true;
    // answers that are on their way go first
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(f -> ctx.close());
  }

  /** Takes the answer of a request, on any thread. */
  void answered(NetworkRequest request, Message response, int throttleMs, String closeReason) {
    EventLoop loop = eventLoop();
    if (loop.inEventLoop()) {
      finish(request, response, throttleMs, closeReason);
      return;
    }
    try {
      loop.execute(() -> finish(request, response, throttleMs, closeReason));
    } catch (RejectedExecutionException e) {
      // the event loops have ended, so nobody else touches the connection
      gone = true;
      finish(request, response, throttleMs, closeReason);
    }
  }

  private void finish(NetworkRequest request, Message response, int throttleMs, String closeReason) {
    request.parts = NOTHING;
    request.closeReason = closeReason;
    request.throttleMs = throttleMs;
    if (response != null) {
      try {
        short version = request.version() == ApiVersionsHandler.UNSUPPORTED ? 0 : request.version();
        request.parts = ResponseEncoder.encode(request.api(), version, request.correlationId(), response, allocator());
      } catch (RuntimeException e) {
        LOG.error("Encoding an answer failed apiKey={} version={}", request.api().name(), request.version(), e);
        request.closeReason = "its answer cannot be encoded";
      }
    }
    request.endLease();
    request.endReservation();
    releaseFrame(request.frame, request.reservedBytes);
    if (serial == request) {
      serial = null;
    }
    if (gone) {
      release(request.parts);
      return;
    }
    sendAnswered();
    drain();
  }

  private void releaseFrame(ByteBuf frame, long reserved) {
    frame.release();
    if (reserved > 0) {
      server.budget().release(reserved);
    }
  }

  private void sendAnswered() {
    boolean written = false;
    for (NetworkRequest head; (head = pipeline.peek()) != null && head.parts != null && !closing;) {
      pipeline.remove();
      for (Object part : head.parts) {
        write(part);
      }
      written = true;
      if (head.closeReason != null) {
        refuse(head.closeReason);
      } else if (head.throttleMs > 0) {
        throttle(head.throttleMs);
      }
    }
    if (written && !reading) {
      lastActiveNanos = System.nanoTime();
      ctx.flush();
    }
  }

  private void throttle(int throttleMs) {
    gate.pause(ReadGate.Reason.THROTTLED);
    eventLoop().schedule(() -> {
      gate.resume(ReadGate.Reason.THROTTLED);
      drain();
    }, throttleMs, TimeUnit.MILLISECONDS);
  }

  private void write(Object part) {
    if (part instanceof ByteBuf buffer) {
      ctx.write(buffer, ctx.voidPromise());
      return;
    }
    Records records = (Records) part;
    if (records.fileOrNull() != null) {
      ctx.write(new SharedFileRegion(records), ctx.voidPromise());
    } else {
      ByteBuf bytes = records.bufferOrNull();
      ctx.write(bytes.retain()).addListener(f -> records.release());
    }
  }

  private static void release(List<Object> parts) {
    for (Object part : parts) {
      if (part instanceof ByteBuf buffer) {
        buffer.release();
      } else {
        ((Records) part).release();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    gone = true;
    closing = true;
    server.forget(this);
    for (Object frame; (frame = backlog.poll()) != null;) {
      releaseFrame(content(frame), frame instanceof BigFrame big ? big.reservedBytes() : 0);
    }
    for (NetworkRequest request; (request = pipeline.poll()) != null;) {
      if (request.parts != null) {
        release(request.parts);
      } else {
        request.runOnCancel();
        request.endReservation();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof java.io.IOException) {
      LOG.debug("The connection broke client={} why={}", context.channel().remoteAddress(), cause.getMessage());
    } else {
      LOG.error("Closing the connection after a failure client={}", context.channel().remoteAddress(), cause);
    }
    context.close();
  }

  /** Closes the connection once all that was started is answered, or at once when nothing is under way. */
  void closeWhenIdle() {
    if (pipeline.isEmpty()) {
      ctx.close();
    }
  }

  boolean idle() {
    return pipeline.isEmpty();
  }

  boolean gone() {
    return gone;
  }

  EventLoop eventLoop() {
    return ctx.channel().eventLoop();
  }

  ByteBufAllocator allocator() {
    return ctx.alloc();
  }

  MemoryBudget budget() {
    return server.budget();
  }

  InetAddress clientAddress() {
    return clientAddress;
  }

  String listener() {
    return listener;
  }

  io.netty.channel.Channel channel() {
    return ctx.channel();
  }
}
