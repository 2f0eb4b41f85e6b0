package io.margay.client.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageWriter;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/** Takes one connection, answers its ApiVersions, and then does what the test says. */
final class ScriptedBroker implements AutoCloseable {
  record Received(short apiKey, short version, int correlationId, ByteBuf rest) { }

  private final ServerSocket server;
  private Socket socket;
  private DataInputStream in;
  private DataOutputStream out;

  ScriptedBroker() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  int port() {
    return server.getLocalPort();
  }

  void accept() throws IOException {
    socket = server.accept();
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  void acceptAndTellVersions() throws IOException {
    accept();
    Received first = receive();
    Api api = ListGroupsRequest.API;
    answer(first.correlationId(), false, new ApiVersionsResponse().setApiKeys(List.of(
        new ApiVersionsResponse.ApiVersion().setApiKey(api.key()).setMinVersion((short) 0).setMaxVersion((short) 3),
        new ApiVersionsResponse.ApiVersion().setApiKey(SaslAuthenticateRequest.API.key()).setMinVersion((short) 0).setMaxVersion((short) 1))), (short) 0);
  }

  Received receive() throws IOException {
    byte[] frame = in.readNBytes(in.readInt());
    ByteBuf bytes = Unpooled.wrappedBuffer(frame);
    return new Received(bytes.readShort(), bytes.readShort(), bytes.readInt(), bytes);
  }

  void answer(int correlationId, boolean flexible, Message message, short version) throws IOException {
    ByteBuf body = Unpooled.buffer();
    body.writeInt(correlationId);
    if (flexible) {
      body.writeByte(0);
    }
    message.write(MessageWriter.copying(body), version);
    sendFrame(ByteBufUtil.getBytes(body));
  }

  void sendFrame(byte[] frame) throws IOException {
    out.writeInt(frame.length);
    out.write(frame);
    out.flush();
  }

  void sendSize(int size) throws IOException {
    out.writeInt(size);
    out.flush();
  }

  /** Waits until the client has closed. */
  boolean closedByClient() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    server.close();
  }
}
