package io.margay.protocol;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/** The text form of ids in Kafka: URL-safe base64 of the 16 bytes, without padding, 22 characters. */
public final class KafkaUuid {
  /** The id that stands for none. */
  public static final UUID ZERO = new UUID(0, 0);

  private static final int TEXT_LENGTH = 22;
  private static final long RESERVED_BELOW = 100;

  private KafkaUuid() {
  }

  /** The 22 characters of {@code id}. */
  public static String toString(UUID id) {
    byte[] bytes = ByteBuffer.allocate(16).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * The id whose text is {@code text}.
   *
   * @throws IllegalArgumentException if the text is not the base64 form of 16 bytes
   */
  public static UUID fromString(String text) {
    if (text.length() > TEXT_LENGTH + 2) {
      throw new IllegalArgumentException("an id has " + TEXT_LENGTH + " characters, not " + text.length());
    }
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
    if (bytes.remaining() != 16) {
      throw new IllegalArgumentException("an id has 16 bytes, but '" + text + "' stands for " + bytes.remaining());
    }
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  /** A new random id. It is none of the reserved ones, and its text does not look like a command line option. */
  public static UUID random() {
    UUID id = UUID.randomUUID();
    while (isReserved(id) || toString(id).startsWith("-")) {
      id = UUID.randomUUID();
    }
    return id;
  }

  /** Whether {@code id} is one that Kafka keeps for itself: 0 to 99, used for "none", the metadata topic and directories. */
  public static boolean isReserved(UUID id) {
    long low = id.getLeastSignificantBits();
    return id.getMostSignificantBits() == 0 && low >= 0 && low < RESERVED_BELOW;
  }
}
