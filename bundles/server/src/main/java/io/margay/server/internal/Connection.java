package io.margay.server.internal;

import io.margay.protocol.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: starts requests in order, and sends answers in the order of the requests.
 *
 * <pre>
 *   FrameSource -> started -> answered -> Answers
 *
 *   OPEN -> CLOSING (answers that are on their way go first) -> GONE
 *     |\-> LEAVING (requests that were started are answered) -> GONE; the channel goes to the next version of this bundle
 *      \-> REFUSED (one too many: closed after a while) -> CLOSING, when the server goes or ends -> GONE
 * </pre>
 *
 * A frame is cut from what was received when its request may start: when the server is ready, when no request is under way whose
 * API lets no other start, when none waits for a handler that is being replaced, when the client reads its answers, and when there is
 * memory. What is not cut stays where it is, and the connection is not read.
 * What its client has proved about itself is in {@link ClientSession}.
 *
 * <p>Owned by the channel's event loop, on which all but {@link #answered} and {@link #work} runs. When the channel closes, running
 * requests are notified, and their late answers are released.
 */
final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private enum State { OPEN, REFUSED, LEAVING, CLOSING, GONE }

  private final Server server;
  private final String listener;
  private final ReadGate gate;
  private final FrameSource frames;
  private final Answers answers;
  private final ClientSession session;
  private final Progress progress;
  private final HeaderReader headers = new HeaderReader(this);
  private final WorkShare work;
  private final WorkWait workWait;
  private final Throttle throttle;
  private final StartedRequests started = new StartedRequests();
  private LoopState loop;
  private int index;
  private ChannelHandlerContext ctx;
  private InetAddress clientAddress;
  private boolean admitted;
  private boolean reading;
  private boolean draining;
  private final Departure departure = new Departure();
  private final ConnectionQuota quota;
  private volatile State state = State.OPEN;

  /**
   * @param server has the handlers and the limits
   * @param listener the listener's name
   * @param protocol its security protocol
   * @param channel the channel that this is going to be the last handler of
   */
  Connection(Server server, String listener, String protocol, Channel channel) {
    this.server = server;
    this.listener = listener;
    this.gate = new ReadGate(channel);
    Runnable goOn = this::drain;
    this.session = new ClientSession(server.security(), server.lines(), listener, protocol, this::onSession);
    this.frames = new FrameSource(channel, gate, session.maxFrameBytes(server.maxFrameBytes()), goOn);
    this.answers = new Answers(server.memory().work());
    this.work = new WorkShare(server.memory());
    this.workWait = new WorkWait(server.memory().work(), channel, goOn);
    this.throttle = new Throttle(channel, gate, goOn);
    this.quota = new ConnectionQuota(server);
    this.progress = new Progress(frames, answers, work);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    answers.open(context, session.tls(), this::onFileSent);
    if (context.channel().isRegistered()) {
      channelRegistered(context);
    }
    Handover left = Handover.take(context.channel());
    if (left != null) {
      frames.resume(left.proven(), left.rest());
      try {
        session.resume(left.known());
        takeOver(left);
      } catch (Throwable e) { // Netty would take this handler out, and nobody would learn that the channel closes
        exceptionCaught(context, e);
      }
    }
  }

  /** Goes on with a connection that the version before had, or that waited for this one. */
  private void takeOver(Handover left) {
    if (!begin(left.served())) {
      return;
    }
    if (left.throttledNanos() > 0) {
      throttle.begin(left.throttledNanos());
    }
    drain();
    gate.open();
    // Only now that it has what was left: a server that leaves already hands that on.
    eventLoop().execute(() -> server.whenLeaving(this));
  }

  @Override
  public void channelRegistered(ChannelHandlerContext context) {
    loop = server.loop(eventLoop());
    frames.credit(loop.credit());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (begin(false)) {
      server.whenLeaving(this);
    }
  }

  /** @param known whether it was counted before. @return whether it may go on; else it is closed */
  private boolean begin(boolean known) {
    if (ctx.channel().remoteAddress() instanceof InetSocketAddress remote) {
      clientAddress = remote.getAddress();
      admitted = server.admit(this, known);
    } // else it has gone already
    if (!admitted) {
      state = State.CLOSING;
      ctx.close();
      return false;
    }
    loop.add(this);
    if (!known && quota.refuses(this)) {
      gate.pause(ReadGate.Reason.THROTTLED);
      state = State.REFUSED;
      return false;
    }
    if (session.tls()) {
      broken(session.onTls(ctx.channel(), null));
    }
    return true;
  }

  private void onSession() {
    frames.limits(session.bareFrom() != null, session.maxFrameBytes(server.maxFrameBytes()));
    if (ctx != null && admitted) {
      server.whenLeaving(this);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (session.tls()) {
      broken(session.onTls(context.channel(), event));
      drain();
    }
  }

  /** @param why TLS cannot go on, as {@link ClientSession#onTls} says; null when it can */
  private void broken(String why) {
    if (why != null) {
      if (!why.isEmpty()) {
        refuse(ConnectionFailures.kind(why), why);
      }
      ctx.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object received) {
    reading = true;
    frames.received((ByteBuf) received);
    drain();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    reading = false;
    progress.active();
    answers.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    answers.settle();
    if (context.channel().isWritable()) {
      drain();
    }
  }

  private void onFileSent() {
    if (frames.hasRest() && state == State.OPEN) {
      // not now: this comes in the middle of a flush
      eventLoop().execute(this::drain);
    }
  }

  /** Starts what may start. Answers that come meanwhile do not start anything by themselves, so the stack stays flat. */
  void drain() {
    if (draining || state != State.OPEN) {
      return;
    }
    draining = true;
    try {
      while (mayStart()) {
        ByteBuf frame = frames.next();
        if (frame == null) {
          break;
        }
        start(frame, frames.takenBytes());
      }
      session.keep(frames.keptBytes());
    } catch (BadFrameException e) {
      refuse(e.kind(), "what came is " + e.getMessage());
    } finally {
      draining = false;
    }
    frames.settle();
    if (frames.hasRest()) {
      gate.pause(ReadGate.Reason.BACKLOG);
    } else {
      gate.resume(ReadGate.Reason.BACKLOG);
    }
    if (!reading && answers.unflushed()) {
      progress.active();
      answers.flush();
    }
  }

  private boolean mayStart() {
    return started.mayStart() && state == State.OPEN && session.mayStart() && server.ready()
        && !gate.paused(ReadGate.Reason.THROTTLED) && answers.mayStart() && workWait.passes(frames.hasRest());
  }

  private void start(ByteBuf frame, int taken) {
    NetworkRequest request;
    try {
      request = headers.read(server.handlers(), frame, taken);
      session.check(request.api().key());
    } catch (BadFrameException e) {
      refuse(e.kind(), e.getMessage());
      releaseFrame(frame, taken);
      return;
    }
    started.start(request);
    loop.counts().started(request.api().key());
    route(request);
  }

  void route(NetworkRequest request) {
    quota.route(request);
  }

  /** Starts nothing more while a request waits for its handler or memory, so that none that comes later overtakes it. */
  void hold(NetworkRequest request) {
    started.hold(request);
  }

  /** Goes on with a request that waited, then with those behind it. */
  void resume(NetworkRequest request) {
    started.resume(request);
    route(request);
    drain();
  }

  /** Starts nothing more, and leaves for the next version once all that was started is answered and sent, and no login is under way. */
  void leave(long byNanos) {
    if (state == State.OPEN && !session.inExchange()) {
      state = State.LEAVING;
      departure.begin(byNanos);
      gate.pause(ReadGate.Reason.LEAVING);
      session.handBack();
      leaveWhenIdle();
    } else if (state == State.REFUSED) {
      ctx.close();
    }
  }

  private void leaveWhenIdle() {
    if (state == State.LEAVING && started.isEmpty()) {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> handOver());
    }
  }

  private void handOver() {
    if (state != State.LEAVING) {
      return;
    }
    Channel channel = ctx.channel();
    Handover left = departure.pack(frames, throttle, session);
    end();
    left.leave(channel);
    channel.pipeline().remove(this);
    channel.pipeline().addLast(server.entrance());
  }

  /** Takes a request back that no handler was given, for the next version. @return whether it does; else nobody will ask for its answer */
  boolean unread(NetworkRequest request) {
    if (state != State.LEAVING || !started.takeBack(request)) {
      return false;
    }
    departure.keep(request);
    leaveWhenIdle();
    return true;
  }

  private void refuse(String cause, String why) {
    ConnectionFailures.refused(server.lines(), cause, why, ctx.channel().remoteAddress());
    closeAfterAnswers();
  }

  /** Starts nothing more, and closes when what was written is sent. */
  private void closeAfterAnswers() {
    if (state == State.CLOSING || state == State.GONE) {
      return;
    }
    state = State.CLOSING;
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(f -> ctx.close());
  }

  /** Takes the answer of a request, on any thread. */
  void answered(NetworkRequest request, Message response, int throttleMs, String closeReason) {
    EventLoop events = eventLoop();
    if (events.inEventLoop()) {
      finish(request, response, throttleMs, closeReason);
      return;
    }
    try {
      events.execute(() -> finish(request, response, throttleMs, closeReason));
    } catch (RejectedExecutionException e) {
      // the event loops have ended, so nobody else touches the connection
      state = State.GONE;
      finish(request, response, throttleMs, closeReason);
    }
  }

  private void finish(NetworkRequest request, Message response, int throttleMs, String closeReason) {
    loop.counts().answered(request.api().key(), response != null && response.reportsError(), System.nanoTime() - request.receivedNanos());
    request.end(response, throttleMs, closeReason, server.lines());
    releaseFrame(request.frame, request.takenBytes);
    started.ended(request);
    if (state == State.GONE) {
      Answers.release(request.parts);
      return;
    }
    started.answered(request, answers);
    sendAnswered();
    drain();
    leaveWhenIdle();
  }

  private void releaseFrame(ByteBuf frame, int taken) {
    frame.release();
    if (eventLoop().inEventLoop()) {
      loop.credit().give(taken);
    } else {
      server.memory().frames().give(taken);
    }
  }

  private void sendAnswered() {
    boolean written = false;
    for (NetworkRequest head; (state == State.OPEN || state == State.LEAVING) && (head = started.write(answers)) != null;) {
      written = true;
      if (head.closeReason != null) {
        refuse("request " + head.api().name(), head.closeReason);
      } else if (head.throttleMs > 0) {
        throttle.begin(TimeUnit.MILLISECONDS.toNanos(head.throttleMs));
      }
    }
    if (written && !reading && !draining) {
      progress.active();
      answers.flush();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end();
    started.cancel(server.lines());
  }

  /** It has no channel any more. */
  private void end() {
    state = State.GONE;
    session.close();
    throttle.close();
    if (admitted) {
      admitted = false;
      loop.remove(this);
      server.forget(this);
    }
    workWait.close();
    frames.close();
    answers.close();
    NetworkRequest unread = departure.end();
    if (unread != null) {
      releaseFrame(unread.frame, unread.takenBytes);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (session.tls() && Tls.concerns(cause)) {
      broken(Tls.reason(cause));
    } else {
      ConnectionFailures.broken(server.lines(), cause, context.channel().remoteAddress());
    }
    context.close();
  }

  /**
   * Looks whether the connection gets on, every half second.
   *
   * @param nowNanos the time
   * @param maxIdleMs after which time without a request it is closed; negative for never
   * @param minBytes how many bytes should move between two looks
   * @param scarce whether others wait for memory
   */
  void look(long nowNanos, long maxIdleMs, long minBytes, boolean scarce) {
    answers.settle();
    Progress.Verdict verdict = progress.look(nowNanos, minBytes, scarce, !started.isEmpty(), state == State.CLOSING);
    String overdue = verdict == Progress.Verdict.SLOW ? Progress.TOO_SLOW : session.overdue(nowNanos);
    if (overdue != null) {
      refuse(verdict == Progress.Verdict.SLOW ? "slow" : "overdue", overdue);
      ctx.close();
    } else if (progress.idle(maxIdleMs) && started.isEmpty() && !frames.hasRest() && answers.unsentBytes() == 0) {
      LOG.debug("Closing an idle connection client={}", ctx.channel().remoteAddress());
      ctx.close();
    } else if (state == State.LEAVING && departure.overdue(nowNanos) || state == State.CLOSING && verdict == Progress.Verdict.STILL) {
      ctx.close();
    }
  }

  /** What its requests have taken of the memory for work; for all threads. */
  WorkShare work() {
    return work;
  }

  /** Closes the connection once all that was started is answered, or at once when nothing is under way. */
  void closeWhenIdle() {
    if (started.isEmpty()) {
      closeAfterAnswers();
    }
  }

  boolean gone() {
    return state == State.GONE;
  }

  EventLoop eventLoop() {
    return ctx.channel().eventLoop();
  }

  ByteBufAllocator allocator() {
    return ctx.alloc();
  }

  InetAddress clientAddress() {
    return clientAddress;
  }

  String listener() {
    return listener;
  }

  /** What limits its client; for all threads. */
  ConnectionQuota quota() {
    return quota;
  }

  /** What its client has proved; {@link ClientSession#principal} is for all threads. */
  ClientSession session() {
    return session;
  }

  Channel channel() {
    return ctx.channel();
  }

  /** @return its place in the list of its event loop */
  int index() {
    return index;
  }

  void index(int place) {
    index = place;
  }
}
