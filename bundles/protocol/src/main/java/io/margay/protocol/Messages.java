package io.margay.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;

/** Whole messages to and from bytes, where no frame and no zero copy is needed. Writing takes over the records in a
 * message, also when it fails. */
public final class Messages {
  private Messages() {
  }

  /** The message as bytes. */
  public static byte[] toBytes(Message message, short version) {
    ByteBuf buffer = Unpooled.buffer();
    write(message, version, buffer);
    return ByteBufUtil.getBytes(buffer);
  }

  /** The int16 {@code prefix} and the message: a key of an internal topic has its record type as the prefix. */
  public static byte[] toPrefixedBytes(Message message, short prefix, short version) {
    ByteBuf buffer = Unpooled.buffer();
    buffer.writeShort(prefix);
    write(message, version, buffer);
    return ByteBufUtil.getBytes(buffer);
  }

  /** The int16 {@code version} and the message: values of internal topics, the embedded consumer protocol. */
  public static byte[] toVersionedBytes(Message message, short version) {
    return toPrefixedBytes(message, version, version);
  }

  /** Reads a message; bytes after it are left alone. */
  public static <T extends Message> T read(Supplier<T> type, byte[] bytes, short version) {
    return read(type, Unpooled.wrappedBuffer(bytes), version);
  }

  /** Reads a message from the readable bytes of {@code buffer}, whose indexes stay; records in it are views of the buffer. */
  public static <T extends Message> T read(Supplier<T> type, ByteBuf buffer, short version) {
    T message = type.get();
    message.read(new MessageReader(buffer), version);
    return message;
  }

  /** Reads an int16 version and a message of that version. */
  public static <T extends Message> T readVersioned(Supplier<T> type, byte[] bytes) {
    MessageReader in = new MessageReader(bytes);
    T message = type.get();
    message.read(in, in.readShort());
    return message;
  }

  private static void write(Message message, short version, ByteBuf buffer) {
    MessageWriter out = MessageWriter.copying(buffer);
    try {
      message.write(out, version);
    } catch (Throwable e) { // also an Error, such as too little direct memory
      out.releaseAfterFailure(message);
      throw e;
    }
  }
}
