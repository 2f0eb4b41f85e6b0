package io.margay.itests.acl;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * A request, and what of its answer shows what the client may do.
 *
 * @param name says what it is about; the same request has the same name in all rounds
 * @param api the API
 * @param version the version
 * @param body the body
 */
record Question(String name, ApiKeys api, int version, ApiMessage body) {
  private static final Set<String> NAMES = Set.of("name", "topic", "topicName", "groupId", "transactionalId", "resourceName", "key");
  private static final int TIMEOUT_MS = 30_000;

  /** Asks on a connection of its own. */
  String ask(int port) throws IOException {
    ByteBuffer header = MessageUtil.toByteBufferAccessor(new RequestHeaderData().setRequestApiKey(api.id)
        .setRequestApiVersion((short) version).setCorrelationId(1).setClientId("q"), api.requestHeaderVersion((short) version)).buffer();
    ByteBuffer content = MessageUtil.toByteBufferAccessor(body, (short) version).buffer();
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(TIMEOUT_MS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(header.remaining() + content.remaining());
      out.write(header.array(), header.arrayOffset() + header.position(), header.remaining());
      out.write(content.array(), content.arrayOffset() + content.position(), content.remaining());
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readInt()];
      in.readFully(answer);
      ByteBuffer buffer = ByteBuffer.wrap(answer);
      buffer.position(api.responseHeaderVersion((short) version) >= 1 ? 5 : 4);
      ApiMessage response = api.messageType.newResponse();
      response.read(new ByteBufferAccessor(buffer), (short) version);
      return shown(response);
    } catch (java.io.EOFException e) {
      return "closed";
    }
  }

  /** Errors, names and rights, without what depends on the server; lists in an order of their own. */
  private static String shown(Object message) {
    List<String> parts = new ArrayList<>();
    try {
      for (Field field : message.getClass().getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers()) || field.getName().equals("configs")) {
          continue;
        }
        field.setAccessible(true);
        String shown = shown(field.getName(), field.get(message));
        if (!shown.isEmpty()) {
          parts.add(shown);
        }
      }
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
    return String.join(" ", parts);
  }

  private static String shown(String name, Object value) {
    if (value instanceof Collection<?> list) {
      List<String> elements = new ArrayList<>();
      for (Object element : list) {
        if (element instanceof org.apache.kafka.common.protocol.Message m) {
          String shown = shown(m);
          if (!shown.isEmpty()) {
            elements.add("{" + shown + "}");
          }
        }
      }
      Collections.sort(elements);
      return elements.isEmpty() ? "" : name + "=[" + String.join(" ", elements) + "]";
    } else if (value instanceof org.apache.kafka.common.protocol.Message m) {
      String shown = shown(m);
      return shown.isEmpty() ? "" : name + "={" + shown + "}";
    } else if (NAMES.contains(name) && value != null && !value.equals("")) {
      return name + "=" + value;
    }
    boolean error = name.toLowerCase(java.util.Locale.ROOT).endsWith("errorcode");
    boolean rights = name.endsWith("uthorizedOperations");
    boolean given = value instanceof Number n && (error ? n.intValue() != 0 : n.intValue() != Integer.MIN_VALUE);
    return (error || rights) && given ? name + "=" + value : "";
  }
}
