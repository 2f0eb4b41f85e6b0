package io.margay.controller.internal.handlers;

import io.margay.protocol.Messages;
import io.margay.protocol.message.ApiVersionsRequest;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.protocol.message.ApiVersionsResponse.ApiVersion;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import io.netty.buffer.Unpooled;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Just enough of a server to let a real client talk to handlers: one thread per connection, one request at a time. */
final class SocketServer implements Closeable {
  private final Map<Short, ApiHandler> handlers = new TreeMap<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final ServerSocket server;

  SocketServer() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  int port() {
    return server.getLocalPort();
  }

  /** What went wrong on the way; empty when nothing did. */
  List<Throwable> failures() {
    return failures;
  }

  void start(Collection<ApiHandler> served) {
    served.forEach(h -> handlers.put(h.api().key(), h));
    daemon(() -> {
      while (!server.isClosed()) {
        Socket socket = server.accept();
        sockets.add(socket);
        daemon(() -> serve(socket));
      }
    });
  }

  private interface Task {
    void run() throws Exception;
  }

  private void daemon(Task task) {
    Thread thread = new Thread(() -> {
      try {
        task.run();
      } catch (EOFException | java.net.SocketException e) {
        // One side closed the connection.
        return;
      } catch (Exception e) {
        failures.add(e);
      }
    }, "test-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void serve(Socket socket) throws Exception {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    for (;;) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      ByteBuffer frame = ByteBuffer.wrap(bytes);
      short key = frame.getShort();
      short version = frame.getShort();
      int correlationId = frame.getInt();
      frame.position(frame.position() + 2 + Math.max(0, frame.getShort(frame.position())));
      byte[] answer;
      boolean flexible = false;
      if (key == ApiVersionsRequest.API.key()) {
        answer = Messages.toBytes(apiVersions(), version);
      } else {
        ApiHandler handler = handlers.get(key);
        flexible = handler.api().requestHeaderVersion(version) == 2;
        if (flexible) {
          frame.get();
        }
        FakeRequest request = new FakeRequest(handler.api(), Unpooled.wrappedBuffer(frame), version);
        handler.handle(request);
        request.runLoop();
        answer = request.bytes().get();
      }
      out.writeInt(4 + (flexible ? 1 : 0) + answer.length);
      out.writeInt(correlationId);
      if (flexible) {
        out.writeByte(0);
      }
      out.write(answer);
      out.flush();
    }
  }

  private ApiVersionsResponse apiVersions() {
    List<ApiVersion> keys = new ArrayList<>();
    keys.add(new ApiVersion().setApiKey(ApiVersionsRequest.API.key()).setMinVersion((short) 0).setMaxVersion((short) 3));
    handlers.forEach((key, h) -> keys.add(
        new ApiVersion().setApiKey(key).setMinVersion(h.lowestVersion()).setMaxVersion(h.highestVersion())));
    return new ApiVersionsResponse().setApiKeys(keys);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
